#include "tuner/api/vizier_call.h"

#include "tuner/api/json_answer.h"
#include "tuner/api/problem.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

Response refusal(const Error& error) {
    return error.code == ErrorCode::conflict ? problem(400, "FAILED_PRECONDITION", error.message)
                                             : problem(error);
}

Parent parent_of(const Request& request) {
    return {request.captures.at(0), request.captures.at(1)};
}

Result<Query> read_query(const Request& request) {
    return Query::read(
        request,
        {"pageSize",
         "pageToken",
         "timeout",
         "alt",
         "$alt",
         "prettyPrint",
         "$prettyPrint",
         "fields",
         "$fields",
         "key"}
    );
}

Result<StudyView> study_of(const Request& request, const TuningService& service) {
    const std::string& id = request.captures.at(2);
    auto view = service.find(id);
    if (view && view->study.get().id == id && is_shown(view->study)) {
        return view;
    }
    return fail(ErrorCode::not_found, fmt::format("there is no study {} with a studySpec", id));
}

Result<FoundTrial> trial_of(const Request& request, const TuningService& service) {
    const auto view = study_of(request, service);
    if (!view) {
        return tl::unexpected(view.error());
    }
    const std::vector<Trial>& trials = view->history.get().trials;
    const auto number = parse_number("a trial's id", request.captures.at(3), 1, kMaxTrials);
    if (!number || *number > std::ssize(trials)) {
        return fail(
            ErrorCode::not_found, fmt::format("there is no trial {}", request.captures.at(3))
        );
    }
    return FoundTrial{*view, trials[static_cast<std::size_t>(*number) - 1]};
}

Response answer_trial(const Request& request, const TuningService& service, TrialId trial) {
    const auto view = study_of(request, service);
    if (!view) {
        return refusal(view.error());
    }
    const auto index = static_cast<std::size_t>(trial.value()) - 1;
    return answer_json(
        to_trial(parent_of(request), view->study, view->history.get().trials.at(index))
    );
}

}  // namespace tuner::vizier
