// Stopping says by which rule a study ends trials that will come to nothing before their trainers
// do (early stopping). A plain value; the rules themselves are the optimizer's Pruners.

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

struct Stopping {
    StoppingKind kind = StoppingKind::none;
    std::int64_t min_steps = 1;   // no trial is stopped before it has reported this step; >= 1
    std::int64_t min_trials = 5;  // nor before so many have finished (median, curve); >= 1
    std::int64_t eta = 3;         // asha: one of so many goes on to the next rung; >= 2
    // Steps of a whole run; asha needs none, and a curve without it is carried on to the largest
    // step that any finished trial has reached. 0: not known.
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

}  // namespace tuner
