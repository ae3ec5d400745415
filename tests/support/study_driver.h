// Drives an optimizer as the scheduler would, without time: so many trials, so many at once, each
// finishing in the order of a lottery (or at once, when one at a time).

#pragma once

#include "tests/support/test_functions.h"
#include "tuner/optimizer/optimizer.h"

#include <vector>

namespace tuner::test {

// Appends a suggestion to a history as a running trial.
Trial& add_running(History& history, const Suggestion& suggestion);

// Ends a running trial with the value of the problem: completed, or failed as infeasible.
void finish(Trial& trial, const Problem& problem);

// Runs a study to its end and returns its history.
History run_study(
    const Problem& problem, const Optimizer& optimizer, int trials, int parallel, std::uint64_t seed
);

// The smallest objective; infinite when there is none.
double best_value(const History& history);

}  // namespace tuner::test
