#include "tuner/service/resumed_study.h"

#include "tuner/study/tally.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace tuner {

namespace {

std::int64_t failures_among(const std::vector<Trial>& trials, std::int64_t first) {
    return Tally(std::span(trials).first(static_cast<std::size_t>(first))).failures();
}

void add_to_limits(Limits& limits, std::int64_t trials, std::int64_t failures) {
    limits.max_trials += trials;
    if (limits.max_failed_trials > 0) {
        limits.max_failed_trials += failures;
    }
}

}  // namespace

Result<void> check_resumable(
    const Study& earlier, const History& history, const StudyConfig& config
) {
    const bool has_ended =
        earlier.state != StudyState::running &&
        std::all_of(history.trials.begin(), history.trials.end(), [](const Trial& trial) {
            return is_final(trial.state);
        });
    if (!has_ended) {
        return invalid(fmt::format(
            "resumePreviousJobId: {} has not ended yet; cancel it, or wait for its end", earlier.id
        ));
    }
    const std::vector<std::string> changes = question_changes(earlier.config, config);
    if (!changes.empty()) {
        return invalid(fmt::format(
            "resumePreviousJobId: {} asked another question, so its trials say nothing here:\n"
            "  {}\nkeep its parameters, goal and metric, or leave resumePreviousJobId out",
            earlier.id,
            fmt::join(changes, "\n  ")
        ));
    }
    return {};
}

std::vector<Trial> inherited_trials(const Study& earlier, const History& history) {
    std::vector<Trial> trials = history.trials;
    for (Trial& trial : trials) {
        trial.provenance = Provenance{};
        trial.provenance.note = fmt::format("trial {} of {}", trial.id.value(), earlier.id);
        trial.attempts = 0;  // none of them is this study's
        trial.user_retries = 0;
        trial.infrastructure_retries = 0;
        trial.measurements.clear();
    }
    return trials;
}

void count_inherited(StudyConfig& config, const std::vector<Trial>& inherited) {
    config.inherited_trials = static_cast<std::int64_t>(inherited.size());
    add_to_limits(
        config.limits, config.inherited_trials, failures_among(inherited, config.inherited_trials)
    );
}

void inherit_limits(StudyConfig& config, const StudyConfig& present, const History& history) {
    config.inherited_trials = present.inherited_trials;
    add_to_limits(
        config.limits,
        config.inherited_trials,
        failures_among(history.trials, config.inherited_trials)
    );
}

}  // namespace tuner
