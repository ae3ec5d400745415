#include "tuner/formats/study_json.h"
#include "tuner/formats/utf8.h"
#include "tuner/study/ranking.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

// The trainer did its part although there is nothing to rank: the legacy service called it
// SUCCEEDED.
bool ended_well_without_result(const Trial& trial) {
    return trial.failure && (trial.failure->kind == FailureKind::metric_missing ||
                             trial.failure->kind == FailureKind::infeasible);
}

std::string_view legacy_state_of(const Trial& trial) {
    switch (trial.state) {
        case TrialState::pending:
            return "QUEUED";
        case TrialState::running:
            return "RUNNING";
        case TrialState::completed:
        case TrialState::pruned:
            return "SUCCEEDED";
        case TrialState::failed:
            return ended_well_without_result(trial) ? "SUCCEEDED" : "FAILED";
        case TrialState::cancelled:
            return "CANCELLED";
    }
    return "STATE_UNSPECIFIED";
}

Json to_trial_output(const Trial& trial) {
    std::map<std::string, std::string> parameters;
    for (const auto& [name, value] : trial.assignment.entries()) {
        parameters[name] = to_valid_utf8(to_flag_text(value));
    }
    Json json{{"trialId", fmt::format("{}", trial.id.value())}, {"hyperparameters", parameters}};
    if (trial.outcome) {
        json["finalMetric"] = {
            {"trainingStep", fmt::format("{}", trial.outcome->step)},
            {"objectiveValue", trial.outcome->objective},
        };
    }
    if (trial.started) {
        json["startTime"] = to_rfc3339(*trial.started);
    }
    if (trial.ended) {
        json["endTime"] = to_rfc3339(*trial.ended);
    }
    json["state"] = legacy_state_of(trial);
    if (trial.state == TrialState::pruned) {
        json["isTrialStoppedEarly"] = true;
    }
    return json;
}

double hours_run(const History& history) {
    Duration total{0};
    for (const Trial& trial : history.trials) {
        if (trial.started && trial.ended) {
            total += *trial.ended - *trial.started;
        }
    }
    return std::chrono::duration<double, std::ratio<3600>>(total).count();
}

}  // namespace

Json to_training_output(const Study& study, const History& history) {
    if (study.config.is_plain()) {
        return {{"consumedMLUnits", hours_run(history)}};
    }
    // The legacy service knew no merit but the objective.
    std::vector<RankedTrial> order = rank(history);
    std::stable_sort(order.begin(), order.end(), [&](const RankedTrial& a, const RankedTrial& b) {
        const auto value = history.trials[a.index].objective();
        const auto other = history.trials[b.index].objective();
        return value && other ? is_better(study.config.objective().goal, *value, *other)
                              : value.has_value() && !other;
    });
    Json trials = Json::array();
    for (const RankedTrial& ranked : order) {
        trials.push_back(to_trial_output(history.trials[ranked.index]));
    }
    const auto completed =
        std::count_if(history.trials.begin(), history.trials.end(), [](const Trial& trial) {
            return legacy_state_of(trial) == "SUCCEEDED";
        });
    return {
        {"completedTrialCount", fmt::format("{}", completed)},
        {"trials", std::move(trials)},
        {"consumedMLUnits", hours_run(history)},
        {"isHyperparameterTuningJob", true},
        {"hyperparameterMetricTag", to_valid_utf8(study.config.objective().metric)},
    };
}

}  // namespace tuner
