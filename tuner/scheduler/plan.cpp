#include "tuner/scheduler/plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

bool first_trials_all_failed(const Tally& tally, const PlanFacts& facts) {
    return tally.failures() == tally.judged() &&
           tally.failures() - facts.forgiven_failures >= kFirstFailures;
}

// With the trainer's own last words.
Plan stop_for_failures(Plan::Step step, const Tally& tally, std::string_view headline) {
    Plan plan;
    plan.step = step;
    plan.reason = StudyReason::failed_trials;
    plan.message = fmt::format(
        "{} The last one, trial {}: {}",
        headline,
        tally.last_failure()->trial.value(),
        tally.last_failure()->message
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

Plan next_plan(const Study& study, const Tally& tally, const PlanFacts& facts) {
    if (study.state != StudyState::running) {
        return {};
    }
    const Limits& limits = study.config.limits;
    const std::int64_t failures = tally.failures();
    if (limits.max_failed_trials > 0 && failures >= limits.max_failed_trials) {
        return stop_for_failures(
            Plan::Step::finish,
            tally,
            fmt::format(
                "{} of {} trials failed, which reaches maxFailedTrials {}.",
                failures,
                tally.total(),
                limits.max_failed_trials
            )
        );
    }
    const std::int64_t running = tally.count(TrialState::running);
    const std::int64_t pending = tally.count(TrialState::pending);
    const std::int64_t total = tally.total();
    const bool no_new_trials = facts.exhausted || total >= limits.max_trials;
    const bool none_left = no_new_trials && running == 0 && pending == 0;
    // A user who says how many may fail has decided.
    const bool may_fail = limits.max_failed_trials > 0 && !none_left;
    if (first_trials_all_failed(tally, facts) && !may_fail) {
        // Pausing saves the rest of the budget; without a rest nobody could go on from the pause.
        return stop_for_failures(
            none_left ? Plan::Step::finish : Plan::Step::pause,
            tally,
            fmt::format("The first {} trials all failed.", failures)
        );
    }
    if (none_left && study.config.is_plain() && failures > 0) {
        Plan plan = finish_with(StudyReason::failed_trials);
        plan.message = tally.last_failure()->message;
        return plan;
    }
    if (none_left) {
        return finish_with(
            total >= limits.max_trials ? StudyReason::max_trials : StudyReason::exhausted
        );
    }

    Plan plan;
    if (facts.no_room) {
        return plan;
    }
    std::int64_t free = limits.max_parallel_trials - running;
    for (auto trial = tally.pending().begin(); free > 0 && trial != tally.pending().end();
         ++trial) {
        if (!facts.waiting.contains(*trial)) {
            plan.relaunch.push_back(*trial);
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
