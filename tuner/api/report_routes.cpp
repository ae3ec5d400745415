#include "tuner/api/report_routes.h"

#include "tuner/api/json_answer.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/report_body.h"
#include "tuner/api/study_reference.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

using Parse = Result<PostedReport> (*)(std::string_view body);
using Take = asio::awaitable<Result<bool>> (*)(
    TuningService& service, TrialReference trial, PostedReport report
);

asio::awaitable<Result<bool>> report(
    TuningService& service, TrialReference trial, PostedReport report
) {
    return service.report(std::move(trial.study), trial.trial, std::move(report));
}

// What was asked for ends when that is told.
asio::awaitable<Result<bool>> tell(
    TuningService& service, TrialReference trial, PostedReport report
) {
    const Result<void> done =
        co_await service.tell(std::move(trial.study), trial.trial, std::move(report));
    co_return done.map([] { return false; });
}

bool is_asked(const Result<TrialReference>& trial, const TuningService& service) {
    const auto view = trial ? service.find(trial->study) : tl::unexpected(trial.error());
    return view && view->study.get().config.is_asked();
}

// With a trial's token, what exists beside that trial stays unsaid.
std::optional<Response> refuse(
    const Request& request, const Result<TrialReference>& wanted, const TuningService& service
) {
    if (request.trial_token.empty()) {
        return wanted ? std::nullopt : std::optional(problem(wanted.error()));
    }
    const std::optional<bool> is_its_own =
        wanted ? service.is_trial_token(wanted->study, wanted->trial, request.trial_token) : false;
    if (!is_its_own) {
        return problem(Error{
            ErrorCode::unavailable, "the daemon has yet to take this trial over; try again"});
    }
    return *is_its_own ? std::nullopt
                       : std::optional(problem(
                             403, "the token is not that of this trial, or the trial does not run"
                         ));
}

asio::awaitable<Response> take_report(
    Request request, TuningService& service, Parse parse, Take take
) {
    const auto wanted = find_trial(request, service);
    if (auto refused = refuse(request, wanted, service)) {
        co_return std::move(*refused);
    }
    if (const auto query = Query::read(request, {}); !query) {
        co_return problem(query.error());
    }
    if (request.body.size() > kMaxReportBytes) {
        co_return problem(413, fmt::format("a report has at most {} bytes", kMaxReportBytes));
    }
    auto report = parse(request.body);
    if (!report) {
        co_return problem(report.error());
    }
    const Result<bool> should_stop = co_await take(service, *wanted, std::move(*report));
    if (!should_stop) {
        co_return problem(should_stop.error());
    }
    Json answer = Json::object();
    answer["shouldStop"] = *should_stop;
    co_return answer_json(answer);
}

}  // namespace

asio::awaitable<Response> measure_trial(Request request, TuningService& service) {
    return take_report(std::move(request), service, parse_measure, report);
}

asio::awaitable<Response> complete_trial(Request request, TuningService& service) {
    const bool ends_it = is_asked(find_trial(request, service), service);
    return ends_it ? take_report(std::move(request), service, parse_last_word, tell)
                   : take_report(std::move(request), service, parse_complete, report);
}

}  // namespace tuner
