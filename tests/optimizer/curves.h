// Curves for the tests of Pruners: trials that have reported, and what a rule says to one more.

#pragma once

#include "tests/support/builders.h"
#include "tuner/optimizer/pruner.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tuner::test {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Reports = std::vector<std::pair<std::int64_t, double>>;

inline Stopping rule_of(StoppingKind kind, std::int64_t min_trials = 5) {
    Stopping rule;
    rule.kind = kind;
    rule.min_trials = min_trials;
    return rule;
}

inline TrialBuilder curve_of(std::int64_t id, const Reports& reports) {
    TrialBuilder trial = a_trial(id).running();
    for (const auto& [step, value] : reports) {
        trial.measured(step, value);
    }
    return trial;
}

inline CurveBook book_of(
    const Stopping& rule, std::vector<TrialBuilder> trials, Goal goal = Goal::minimize
) {
    const StudyConfig config = a_config()
                                   .with([&](StudyConfig& c) {
                                       c.objectives.front().goal = goal;
                                       c.stopping = rule;
                                   })
                                   .build();
    return CurveBook(a_history(config, std::move(trials)));
}

// What the rule says to one more trial after `done`.
inline std::optional<std::string> judged(
    const Stopping& rule,
    std::vector<TrialBuilder> done,
    const Reports& reports,
    Goal goal = Goal::minimize
) {
    const auto id = static_cast<std::int64_t>(done.size()) + 1;
    done.push_back(curve_of(id, reports));
    return make_pruner(rule)->judge(book_of(rule, std::move(done), goal), TrialId(id));
}

}  // namespace tuner::test
