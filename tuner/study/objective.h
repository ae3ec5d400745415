// An Objective is the metric that ranks trials, and the direction in which it is better.

#pragma once

#include "tuner/study/names.h"

#include <string>

namespace tuner {

enum class Goal { minimize, maximize };

struct Objective {
    std::string metric;
    Goal goal = Goal::maximize;

    friend bool operator==(const Objective&, const Objective&) = default;
};

// Strictly better: equal values are no improvement. NaN is not better than anything.
inline bool is_better(Goal goal, double a, double b) {
    return goal == Goal::minimize ? a < b : a > b;
}

template <>
struct Names<Goal> {
    static constexpr std::array entries{
        named(Goal::minimize, "minimize"), named(Goal::maximize, "maximize")};
};

}  // namespace tuner
