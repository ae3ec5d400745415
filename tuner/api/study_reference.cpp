#include "tuner/api/study_reference.h"

#include "tuner/api/query.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>

namespace tuner {

Result<StudyView> find_study(const Request& request, const TuningService& service) {
    const std::string& reference = request.captures.at(0);
    return service.find(reference == "-" ? std::string() : reference);
}

Result<std::string> find_study_id(const Request& request, const TuningService& service) {
    if (const auto query = Query::read(request, {}); !query) {
        return tl::unexpected(query.error());
    }
    return find_study(request, service).map([](const StudyView& view) {
        return view.study.get().id;
    });
}

Result<TrialReference> find_trial(const Request& request, const TuningService& service) {
    const auto view = find_study(request, service);
    if (!view) {
        return tl::unexpected(view.error());
    }
    const auto number = parse_number("a trial's number", request.captures.at(1), 1, kMaxTrials);
    if (!number) {
        return tl::unexpected(number.error());
    }
    const std::string& id = view->study.get().id;
    const std::size_t count = view->history.get().trials.size();
    if (static_cast<std::size_t>(*number) > count) {
        return fail(
            ErrorCode::not_found,
            fmt::format("study {} has no trial {}; it has {} so far", id, *number, count)
        );
    }
    return TrialReference{id, TrialId(*number)};
}

}  // namespace tuner
