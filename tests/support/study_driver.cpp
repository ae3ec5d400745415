#include "tests/support/study_driver.h"

#include <algorithm>
#include <limits>

namespace tuner::test {

Trial& add_running(History& history, const Suggestion& suggestion) {
    const TrialId id(static_cast<std::int64_t>(history.trials.size()) + 1);
    history.trials.push_back(Trial::create(id, suggestion, TimePoint{}));
    (void)history.trials.back().start(TimePoint{});
    return history.trials.back();
}

void finish(Trial& trial, const Problem& problem) {
    if (const auto value = problem.value(trial.assignment)) {
        (void)trial.complete({*value, 1, {{"loss", *value}}}, TimePoint{});
    } else {
        (void)trial.fail({FailureKind::infeasible, "out of memory"}, TimePoint{});
    }
}

History run_study(
    const Problem& problem, const Optimizer& optimizer, int trials, int parallel, std::uint64_t seed
) {
    History history = empty_history(problem, Algorithm::bayesian, seed);
    history.config.limits.max_trials = trials;
    Rng lottery(seed, "lottery");
    std::vector<std::size_t> running;
    while (std::ssize(history.trials) < trials || !running.empty()) {
        const auto free = std::min<std::ptrdiff_t>(
            parallel - std::ssize(running), trials - std::ssize(history.trials)
        );
        if (free > 0) {
            Rng rng(seed, "suggest", history.trials.size() + 1);
            const auto suggestions = optimizer.suggest(history, static_cast<int>(free), rng);
            for (const Suggestion& suggestion : suggestions) {
                running.push_back(history.trials.size());
                add_running(history, suggestion);
            }
            if (running.empty()) {
                break;
            }
        }
        const std::size_t drawn = lottery.below(running.size());
        finish(history.trials[running[drawn]], problem);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(drawn));
    }
    return history;
}

double best_value(const History& history) {
    const Trial* best = history.best();
    return best == nullptr ? std::numeric_limits<double>::infinity() : *best->objective();
}

}  // namespace tuner::test
