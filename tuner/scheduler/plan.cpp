#include "tuner/scheduler/plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

bool is_failure(const Trial& trial) {
    return trial.state == TrialState::failed && trial.failure->kind != FailureKind::infeasible;
}

// The last failure in order of ending: the trainer's own last words for the study's message.
const Trial* last_failure(const History& history) {
    const Trial* last = nullptr;
    for (const Trial& trial : history.trials) {
        if (is_failure(trial) && (last == nullptr || *trial.ended >= *last->ended)) {
            last = &trial;
        }
    }
    return last;
}

bool first_trials_all_failed(const History& history, const PlanFacts& facts) {
    const auto ended =
        std::count_if(history.trials.begin(), history.trials.end(), [](const Trial& trial) {
            return is_final(trial.state) && trial.state != TrialState::cancelled;
        });
    const std::int64_t failures = count_failures(history);
    return failures == ended && failures - facts.forgiven_failures >= kFirstFailures;
}

Plan stop_for_failures(Plan::Step step, const History& history, std::string_view headline) {
    const Trial* last = last_failure(history);
    Plan plan;
    plan.step = step;
    plan.reason = StudyReason::failed_trials;
    plan.message = fmt::format(
        "{} The last one, trial {}: {}", headline, last->id.value(), last->failure->message
    );
    return plan;
}

Plan finish_with(StudyReason reason) {
    Plan plan;
    plan.step = Plan::Step::finish;
    plan.reason = reason;
    return plan;
}

}  // namespace

std::int64_t count_failures(const History& history) {
    return std::count_if(history.trials.begin(), history.trials.end(), is_failure);
}

Plan next_plan(const Study& study, const History& history, const PlanFacts& facts) {
    if (study.state != StudyState::running) {
        return {};
    }
    const Limits& limits = study.config.limits;
    const std::int64_t failures = count_failures(history);
    if (limits.max_failed_trials > 0 && failures >= limits.max_failed_trials) {
        return stop_for_failures(
            Plan::Step::finish,
            history,
            fmt::format(
                "{} of {} trials failed, which reaches maxFailedTrials {}.",
                failures,
                history.trials.size(),
                limits.max_failed_trials
            )
        );
    }
    const std::int64_t running = history.count(TrialState::running);
    const std::int64_t pending = history.count(TrialState::pending);
    const auto total = static_cast<std::int64_t>(history.trials.size());
    const bool no_new_trials = facts.exhausted || total >= limits.max_trials;
    const bool none_left = no_new_trials && running == 0 && pending == 0;
    if (first_trials_all_failed(history, facts)) {
        // Pausing saves the rest of the budget; without a rest nobody could go on from the pause.
        return stop_for_failures(
            none_left ? Plan::Step::finish : Plan::Step::pause,
            history,
            fmt::format("The first {} trials all failed.", failures)
        );
    }
    if (none_left) {
        return finish_with(
            total >= limits.max_trials ? StudyReason::max_trials : StudyReason::exhausted
        );
    }

    Plan plan;
    std::int64_t free = limits.max_parallel_trials - running;
    for (const Trial& trial : history.trials) {
        if (free > 0 && trial.state == TrialState::pending && !facts.waiting.contains(trial.id)) {
            plan.relaunch.push_back(trial.id);
            --free;
        }
    }
    plan.suggest = no_new_trials ? 0
                                 : std::clamp<std::int64_t>(
                                       limits.max_trials - total, 0, std::max<std::int64_t>(free, 0)
                                   );
    plan.step = plan.relaunch.empty() && plan.suggest == 0 ? Plan::Step::wait : Plan::Step::launch;
    return plan;
}

}  // namespace tuner
