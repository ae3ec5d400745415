#include "tuner/api/json_answer.h"
#include "tuner/api/paging.h"
#include "tuner/api/problem.h"
#include "tuner/api/vizier_call.h"
#include "tuner/api/vizier_operation.h"
#include "tuner/api/vizier_routes.h"
#include "tuner/formats/json_text.h"
#include "tuner/formats/vizier_request.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t last_step(const Trial& trial) {
    std::int64_t last = -1;
    for (const Measurement& measurement : trial.measurements) {
        last = std::max(last, measurement.step);
    }
    return last;
}

// A trial of a request without a body of its own.
Result<FoundTrial> only_trial(const Request& request, const TuningService& service) {
    if (const auto query = read_query(request); !query) {
        return tl::unexpected(query.error());
    }
    if (const auto empty = parse_nothing(request.body); !empty) {
        return tl::unexpected(empty.error());
    }
    return trial_of(request, service);
}

}  // namespace

Answer list_trials(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    if (!view) {
        co_return refusal(view.error());
    }
    const std::vector<Trial>& trials = view->history.get().trials;
    const std::string list = "vizier/" + view->study.get().id;
    const auto page = read_page(*query, list, trials.size(), kPageSizes);
    if (!page) {
        co_return refusal(page.error());
    }
    Json answer = Json::object();
    for (std::size_t i = page->begin; i < page->end; ++i) {
        append(answer, "trials", to_trial(parent_of(request), view->study, trials[i]));
    }
    if (page->next_token) {
        answer["nextPageToken"] = *page->next_token;
    }
    co_return answer_json(answer);
}

Answer create_trial(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    if (!view) {
        co_return refusal(view.error());
    }
    auto wanted = parse_trial(request.body, view->study.get().config.space);
    if (!wanted) {
        co_return refusal(wanted.error());
    }
    const std::string id = view->study.get().id;
    BroughtTrial brought = std::move(*wanted);
    const auto added = co_await service.add_trial(id, std::move(brought));
    co_return added ? answer_trial(request, service, *added) : refusal(added.error());
}

Answer suggest_trials(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    if (!view) {
        co_return refusal(view.error());
    }
    auto wanted = parse_suggest(request.body);
    if (!wanted) {
        co_return refusal(wanted.error());
    }
    const std::string id = view->study.get().id;
    AskRequest asked = std::move(*wanted);
    const auto found = co_await service.ask(id, std::move(asked));
    co_return found ? answer_suggested(request, service, *found) : refusal(found.error());
}

// All of the best objective: ties are for the client to break.
Answer list_optimal_trials(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto empty = query ? parse_nothing(request.body) : tl::unexpected(query.error());
    const auto view = empty ? study_of(request, service) : tl::unexpected(empty.error());
    if (!view) {
        co_return refusal(view.error());
    }
    Json answer = Json::object();
    const Trial* best = view->history.get().best();
    for (const Trial& trial : view->history.get().trials) {
        if (best != nullptr && trial.state == TrialState::completed &&
            trial.objective() == best->objective()) {
            append(answer, "optimalTrials", to_trial(parent_of(request), view->study, trial));
        }
    }
    co_return answer_json(answer);
}

Answer get_trial(Request request, TuningService& service) {
    const auto found = only_trial(request, service);
    co_return found ? answer_trial(request, service, found->trial.get().id)
                    : refusal(found.error());
}

Answer delete_trial(Request request, TuningService& service) {
    const auto found = only_trial(request, service);
    co_return found ? problem(
                          501,
                          "trials are numbered without gaps and stay; delete the whole study, or "
                          "complete the trial as infeasible"
                      )
                    : refusal(found.error());
}

Answer add_trial_measurement(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto found = query ? trial_of(request, service) : tl::unexpected(query.error());
    if (!found) {
        co_return refusal(found.error());
    }
    auto measured = parse_measurement(request.body);
    if (!measured) {
        co_return refusal(measured.error());
    }
    const Trial& trial = found->trial;
    const std::int64_t last = last_step(trial);
    if (measured->step && *measured->step <= last) {
        co_return problem(
            400, fmt::format("stepCount {} is not after the last one, {}", *measured->step, last)
        );
    }
    PostedReport report = std::move(*measured);
    report.step = report.step.value_or(last + 1);
    const std::string id = found->study.study.get().id;
    const TrialId number = trial.id;
    const auto stored = co_await service.report(id, number, std::move(report));
    co_return stored ? answer_trial(request, service, number) : refusal(stored.error());
}

Answer complete_trial(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto found = query ? trial_of(request, service) : tl::unexpected(query.error());
    if (!found) {
        co_return refusal(found.error());
    }
    auto told = parse_completion(request.body);
    if (!told) {
        co_return refusal(told.error());
    }
    PostedReport report = std::move(*told);
    const std::string id = found->study.study.get().id;
    const TrialId number = found->trial.get().id;
    const auto done = co_await service.tell(id, number, std::move(report));
    co_return done ? answer_trial(request, service, number) : refusal(done.error());
}

Answer check_trial(Request request, TuningService& service) {
    const auto found = only_trial(request, service);
    if (!found) {
        co_return refusal(found.error());
    }
    const bool should_stop = state_of(found->trial.get()) == "STOPPING";
    co_return answer_checked(request, service, *found, should_stop);
}

// No change when it is stopping, or has ended well.
Answer stop_trial(Request request, TuningService& service) {
    const auto found = only_trial(request, service);
    if (!found) {
        co_return refusal(found.error());
    }
    const TrialId number = found->trial.get().id;
    const std::string_view state = state_of(found->trial.get());
    if (state == "STOPPING" || state == "SUCCEEDED") {
        co_return answer_trial(request, service, number);
    }
    const std::string id = found->study.study.get().id;
    const auto done = co_await service.stop_trial(id, number);
    co_return done ? answer_trial(request, service, number) : refusal(done.error());
}

}  // namespace tuner::vizier
