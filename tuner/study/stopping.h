// Stopping says by which rule a study ends trials that will come to nothing before their trainers
// do (early stopping). A plain value; the rules themselves are the optimizer's Pruners.
//
// Rules compare trials at the same progress. That is the trainer's own step, unless steps mean
// different things in different trials (batches, when the batch size is tuned): then it is how many
// measurements a trial has reported.

#pragma once

#include "tuner/study/names.h"

#include <cstdint>

namespace tuner {

enum class StoppingKind {
    none,    // every trial runs to its end
    median,  // worse than the median of what finished trials had been like (Golovin et al. 2017)
    curve,   // its curve, carried on, hardly ever beats the best (decay curve)
    asha,    // not among the best of its rung (Li et al. 2020, asynchronous successive halving)
};

// What progress is counted in.
enum class StoppingUnit {
    automatic,  // steps, unless completed trials ended at steps that differ more than the numbers
                // of their measurements do; always steps for asha, and when max_steps is known
    steps,
    measurements,
};

struct Stopping {
    StoppingKind kind = StoppingKind::none;
    StoppingUnit unit = StoppingUnit::automatic;
    std::int64_t min_steps = 1;  // no trial is stopped before it has come so far; >= 1. The first
                                 // rung of asha. Counts measurements when the unit is that
    std::int64_t min_measurements = 2;  // nor before it has reported so often; >= 1
    std::int64_t min_trials = 5;        // nor before so many have completed (median, curve); >= 1
    std::int64_t eta = 3;               // asha: one of so many goes on to the next rung; >= 2
    // The progress of a whole run. 0: not known; it is then where the longest completed trial
    // ended.
    std::int64_t max_steps = 0;

    friend bool operator==(const Stopping&, const Stopping&) = default;
};

template <>
struct Names<StoppingKind> {
    static constexpr std::array entries{
        named(StoppingKind::none, "none"),
        named(StoppingKind::median, "median"),
        named(StoppingKind::curve, "curve"),
        named(StoppingKind::asha, "asha"),
    };
};

template <>
struct Names<StoppingUnit> {
    static constexpr std::array entries{
        named(StoppingUnit::automatic, "automatic"),
        named(StoppingUnit::steps, "steps"),
        named(StoppingUnit::measurements, "measurements"),
    };
};

}  // namespace tuner
