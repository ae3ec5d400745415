#include "tuner/api/trial_routes.h"

#include "tuner/api/json_answer.h"
#include "tuner/api/paging.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/study_reference.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/utf8.h"
#include "tuner/service/tuning_service.h"
#include "tuner/study/ranking.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

// Which trials in which order: what a list of trials is asked for.
struct TrialOrder {
    bool by_objective = false;
    std::optional<TrialState> state;

    std::string list_name(const std::string& study) const {
        return fmt::format(
            "{}/{}/{}",
            study,
            by_objective ? "objective" : "id",
            state ? name_of(*state) : std::string_view("all")
        );
    }
};

Result<TrialOrder> read_order(const Query& query) {
    TrialOrder order;
    const std::string by = query.text("orderBy").value_or("id");
    if (by != "id" && by != "objective") {
        return invalid(fmt::format("orderBy must be objective or id, not '{}'", by));
    }
    order.by_objective = by == "objective";
    if (const auto state = query.text("state")) {
        order.state = from_name<TrialState>(*state);
        if (!order.state) {
            return invalid(
                fmt::format("state must be one of {}, not '{}'", list_names<TrialState>(), *state)
            );
        }
    }
    return order;
}

std::vector<RankedTrial> in_order(const History& history, const TrialOrder& order) {
    std::vector<RankedTrial> trials = rank(history);
    if (!order.by_objective) {
        std::sort(trials.begin(), trials.end(), [](const auto& a, const auto& b) {
            return a.index < b.index;
        });
    }
    if (order.state) {
        std::erase_if(trials, [&](const RankedTrial& trial) {
            return history.trials[trial.index].state != *order.state;
        });
    }
    return trials;
}

std::optional<std::int64_t> rank_of(const History& history, TrialId id) {
    for (const RankedTrial& trial : rank(history)) {
        if (history.trials[trial.index].id == id) {
            return trial.rank;
        }
    }
    return std::nullopt;
}

// A trial's own JSON, and why it waits.
Json with_waiting(
    Json json, const Trial& trial, const std::string& study, const TuningService& service
) {
    const bool is_pending = trial.state == TrialState::pending;
    const std::string waiting = is_pending ? service.waiting(study, trial.id) : std::string();
    json["waiting"] = waiting.empty() ? Json(nullptr) : Json(to_valid_utf8(waiting));
    return json;
}

Json to_json(const AttemptExit& exit) {
    const bool by_code = exit.kind == ExitKind::exited;
    const bool by_signal = exit.kind == ExitKind::signalled;
    return {
        {"kind", name_of(exit.kind)},
        {"code", by_code ? Json(exit.code) : Json(nullptr)},
        {"signal", by_signal ? Json(exit.signal) : Json(nullptr)},
        {"message", to_valid_utf8(exit.message)},
        {"logTail", to_valid_utf8(exit.log_tail)},
    };
}

Json to_json(const AttemptRecord& attempt) {
    return {
        {"number", attempt.number},
        {"state", name_of(attempt.state)},
        {"exit", attempt.exit ? to_json(*attempt.exit) : Json(nullptr)},
        {"directory", to_valid_utf8(attempt.dir)},
        {"gpus", attempt.gpus},
        {"createTime", to_rfc3339(attempt.created)},
        {"endTime", attempt.ended ? Json(to_rfc3339(*attempt.ended)) : Json(nullptr)},
    };
}

}  // namespace

asio::awaitable<Response> list_trials(Request request, TuningService& service) {
    const auto query = Query::read(request, {"orderBy", "state", "pageSize", "pageToken"});
    const auto order = query ? read_order(*query) : tl::unexpected(query.error());
    if (!order) {
        co_return problem(order.error());
    }
    const auto view = find_study(request, service);
    if (!view) {
        co_return problem(view.error());
    }
    const std::string& id = view->study.get().id;
    const History& history = view->history;
    const std::vector<RankedTrial> trials = in_order(history, *order);
    const auto page = read_page(*query, order->list_name(id), trials.size());
    if (!page) {
        co_return problem(page.error());
    }
    Json list = Json::array();
    for (std::size_t i = page->begin; i < page->end; ++i) {
        const Trial& trial = history.trials[trials[i].index];
        Json json = tuner::to_json(trial, id, trials[i].rank);
        list.push_back(with_waiting(std::move(json), trial, id, service));
    }
    co_return answer_page("trials", std::move(list), *page, trials.size());
}

asio::awaitable<Response> get_trial(Request request, TuningService& service) {
    if (const auto query = Query::read(request, {}); !query) {
        co_return problem(query.error());
    }
    const auto wanted = find_trial(request, service);
    if (!wanted) {
        co_return problem(wanted.error());
    }
    const auto attempts = co_await service.attempts(wanted->study, wanted->trial);
    if (!attempts) {
        co_return problem(attempts.error());
    }
    const auto measured = co_await service.measurements(wanted->study, wanted->trial);
    if (!measured) {
        co_return problem(measured.error());
    }
    const auto view = service.find(wanted->study);
    if (!view) {
        co_return problem(view.error());
    }
    const History& history = view->history;
    const Trial& trial = history.trials.at(static_cast<std::size_t>(wanted->trial.value() - 1));
    Json json =
        to_json_with_measurements(trial, *measured, wanted->study, rank_of(history, wanted->trial));
    json = with_waiting(std::move(json), trial, wanted->study, service);
    Json& list = json["attemptDetails"] = Json::array();
    for (const AttemptRecord& attempt : *attempts) {
        list.push_back(to_json(attempt));
    }
    co_return answer_json(json);
}

asio::awaitable<Response> get_best(Request request, TuningService& service) {
    if (const auto query = Query::read(request, {}); !query) {
        co_return problem(query.error());
    }
    const auto view = find_study(request, service);
    if (!view) {
        co_return problem(view.error());
    }
    const std::string& id = view->study.get().id;
    const Trial* best = view->history.get().best();
    if (best == nullptr) {
        const bool is_plain = view->study.get().config.is_plain();
        co_return problem(Error{
            ErrorCode::not_found,
            is_plain ? fmt::format("study {} is a plain run: it has no trials to choose from", id)
                     : fmt::format("no trial of study {} has completed yet", id)});
    }
    co_return answer_json(with_waiting(tuner::to_json(*best, id, 1), *best, id, service));
}

}  // namespace tuner
