// The rung table of a study under asynchronous successive halving (Li et al., "A system for
// massively parallel hyperparameter tuning", 2020, in the variant that stops trials instead of
// pausing them): at progress minSteps · eta^k only the best 1/eta of those that have come so far
// go on.
//
// Rungs follow from the rule and the reports alone: however many trials run at once, they are the
// same. Pure.

#pragma once

#include "tuner/study/curve_book.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

struct Rung {
    std::int64_t number = 0;        // from 0
    std::int64_t progress = 0;      // where it is: minSteps · eta^number
    std::int64_t reached = 0;       // trials that have a result here
    std::optional<double> cut_off;  // the worst result that still goes on; none while fewer than
                                    // eta trials have come here
    std::int64_t stopped = 0;       // trials that were stopped here and went no further
    std::optional<TrialId> best;    // of the best result here

    friend bool operator==(const Rung&, const Rung&) = default;
};

// Lowest first; empty unless the rule is asha.
std::vector<Rung> rung_table(const CurveBook& book);

// The worst of the best 1/eta of `results`, rounded down but at least one: what a result must reach
// to go on. None while there are fewer than eta. Results that are not numbers are the worst.
std::optional<double> cut_off(std::vector<double> results, std::int64_t eta, Goal goal);

// Whether a result is worse than a cut-off.
bool misses(double result, double cut_off, Goal goal);

}  // namespace tuner
