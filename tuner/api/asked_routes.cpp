#include "tuner/api/asked_routes.h"

#include "tuner/api/asked_body.h"
#include "tuner/api/json_answer.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/study_reference.h"
#include "tuner/formats/study_json.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

Json trial_json(const TuningService& service, const std::string& study, TrialId trial) {
    const auto view = service.find(study);
    return view ? to_json(
                      view->history.get().trials.at(static_cast<std::size_t>(trial.value()) - 1),
                      study
                  )
                : Json(nullptr);
}

// A study that gives out fewer trials than asked for has no more, in the words of its own end.
Json why_no_more(const TuningService& service, const std::string& study) {
    const auto view = service.find(study);
    const bool is_used_up = view && std::ssize(view->history.get().trials) >=
                                        view->study.get().config.limits.max_trials;
    return name_of(is_used_up ? StudyReason::max_trials : StudyReason::exhausted);
}

}  // namespace

asio::awaitable<Response> suggest_trials(Request request, TuningService& service) {
    const auto study = find_study_id(request, service);
    if (!study) {
        co_return problem(study.error());
    }
    auto wanted = parse_ask(request.body);
    if (!wanted) {
        co_return problem(wanted.error());
    }
    const std::int64_t count = wanted->count;
    const auto found = co_await service.ask(*study, std::move(*wanted));
    if (!found) {
        co_return problem(found.error());
    }
    Json answer = Json::object();
    answer["reason"] = std::ssize(*found) < count ? why_no_more(service, *study) : Json(nullptr);
    Json trials = Json::array();
    for (const TrialId trial : *found) {
        trials.push_back(trial_json(service, *study, trial));
    }
    answer["trials"] = std::move(trials);
    co_return answer_json(answer);
}

asio::awaitable<Response> add_trial(Request request, TuningService& service) {
    const auto study = find_study_id(request, service);
    if (!study) {
        co_return problem(study.error());
    }
    auto brought =
        parse_brought_trial(request.body, service.find(*study)->study.get().config.space);
    if (!brought) {
        co_return problem(brought.error());
    }
    const auto added = co_await service.add_trial(*study, std::move(*brought));
    co_return added ? answer_json(trial_json(service, *study, *added)) : problem(added.error());
}

asio::awaitable<Response> stop_trial(Request request, TuningService& service) {
    if (const auto query = Query::read(request, {}); !query) {
        co_return problem(query.error());
    }
    const auto wanted = find_trial(request, service);
    if (!wanted) {
        co_return problem(wanted.error());
    }
    const auto done = co_await service.stop_trial(wanted->study, wanted->trial);
    co_return done ? answer_json(trial_json(service, wanted->study, wanted->trial))
                   : problem(done.error());
}

}  // namespace tuner
