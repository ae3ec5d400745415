#include "tuner/cli/progress.h"

#include "tuner/base/log.h"
#include "tuner/cli/printable.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

// Events tell only what they know: a field that is missing leaves what was known, null ends it.
std::string text_or(const Json& object, const char* name, const std::string& known) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return known;
    }
    return found->is_string() ? printable(found->get<std::string>()) : "";
}

std::optional<double> number_or(
    const Json& object, const std::string& name, std::optional<double> known
) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return known;
    }
    return found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::optional<TimePoint> time_or(
    const Json& object, const char* name, std::optional<TimePoint> known
) {
    if (!object.contains(name)) {
        return known;
    }
    const auto time = from_rfc3339(text_or(object, name, ""));
    return time ? std::optional(*time) : std::nullopt;
}

std::string fields_text(const Json& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters.items()) {
        const std::string shown = cell_text(value, Digits::few);
        text += fmt::format(" {}={}", printable(name), log::quoted(shown));
    }
    return text;
}

}  // namespace

void Progress::set_study(const Json& study) {
    id_ = text_or(study, "id", id_);
    goal_ = text_or(study, "goal", goal_);
    metric_ = text_or(study, "metric", metric_);
    state_ = text_or(study, "state", state_);
    reason_ = text_or(study, "reason", reason_);
    message_ = text_or(study, "message", message_);
    max_trials_ = study.value("maxTrials", max_trials_);
    max_parallel_ = std::max<std::int64_t>(study.value("maxParallelTrials", max_parallel_), 1);
    created_ = time_or(study, "createTime", created_);
}

void Progress::set_trial(const Json& trial) {
    const auto id = trial.find("id");
    if (id == trial.end() || !id->is_number_integer()) {
        return;
    }
    const auto number = id->get<std::int64_t>();
    TrialLine& line = trials_[number];
    count_out(number, line);
    line.state = text_or(trial, "state", line.state);
    if (trial.contains("parameters")) {
        line.parameters = parameters_text(trial.at("parameters"));
        line.flags = fields_text(trial.at("parameters"));
    }
    line.objective = number_or(trial, "objective", line.objective);
    line.started = time_or(trial, "startTime", line.started);
    line.ended = time_or(trial, "endTime", line.ended);
    line.reason = text_or(trial, "reason", line.reason);
    measure(line, trial);
    if (trial.contains("measurements") && trial.at("measurements").is_array()) {
        for (const Json& measurement : trial.at("measurements")) {
            measure(line, measurement);
        }
    }
    count_in(number, line);
}

void Progress::count_in(std::int64_t id, const TrialLine& line) {
    if (line.state.empty()) {
        return;
    }
    by_state_[line.state].insert(id);
    if (line.state == "completed" && line.objective) {
        ranked_.emplace(goal_ == "minimize" ? *line.objective : -*line.objective, id);
    }
}

void Progress::count_out(std::int64_t id, const TrialLine& line) {
    by_state_[line.state].erase(id);
    if (line.objective) {
        ranked_.erase({goal_ == "minimize" ? *line.objective : -*line.objective, id});
    }
}

// A trial and a measurement both have a step and metrics.
void Progress::measure(TrialLine& line, const Json& measurement) const {
    const auto metrics = measurement.find("metrics");
    if (metrics == measurement.end() || !metrics->is_object()) {
        return;
    }
    line.latest = number_or(*metrics, metric_, line.latest);
    const auto step = measurement.find("step");
    if (step != measurement.end()) {
        line.step =
            step->is_number_integer() ? std::optional(step->get<std::int64_t>()) : std::nullopt;
    }
}

void Progress::apply(const Json& event) {
    const auto after = event.find("after");
    if (after == event.end() || !after->is_object()) {
        return;
    }
    if (text_or(event, "kind", "").starts_with("study_")) {
        set_study(*after);
    } else {
        set_trial(*after);
    }
}

bool Progress::is_over() const {
    return state_ != "running" && count("running") == 0;
}

const std::set<std::int64_t>& Progress::in_state(const char* state) const {
    static const std::set<std::int64_t> none;
    const auto found = by_state_.find(state);
    return found == by_state_.end() ? none : found->second;
}

std::int64_t Progress::count(const char* state) const {
    return std::ssize(in_state(state));
}

std::int64_t Progress::ended() const {
    return count("completed") + count("pruned") + count("failed") + count("cancelled");
}

}  // namespace tuner
