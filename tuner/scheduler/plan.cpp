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
    // A user who says how many may fail has decided; and who evaluates trials himself knows.
    const bool may_fail = (limits.max_failed_trials > 0 || study.config.is_asked()) && !none_left;
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
    if (facts.no_room || study.config.is_asked()) {
        return plan;
    }
    // Now as far as there is room on the machine, then as far as the study allows.
    const std::int64_t allowed = std::max<std::int64_t>(0, limits.max_parallel_trials - running);
    std::int64_t fitting = std::min(allowed, facts.fitting);
    const std::int64_t unmet = allowed - fitting;
    for (const TrialId trial : tally.pending()) {
        if (facts.waiting.contains(trial)) {
            continue;
        }
        if (fitting == 0) {
            plan.is_short = plan.is_short || unmet > 0;
            break;
        }
        plan.relaunch.push_back(trial);
        --fitting;
    }
    if (!no_new_trials) {
        const std::int64_t left = limits.max_trials - total;
        plan.suggest = std::min(left, fitting);
        plan.is_short = plan.is_short || (unmet > 0 && left > plan.suggest);
    }
    plan.step = plan.relaunch.empty() && plan.suggest == 0 ? Plan::Step::wait : Plan::Step::launch;
    return plan;
}

}  // namespace tuner
