// minimize() finds a local minimum of a smooth function in a box by NLopt's L-BFGS (Nocedal 1980,
// Liu and Nocedal 1989; Luksan's code).
//
// Deterministic: no random numbers, no clock. It never fails: what it returns is the best point it
// has evaluated, at worst the start.

#pragma once

#include <functional>
#include <span>
#include <vector>

namespace tuner {

// The value at a point, with the gradient written to the second argument. A value that is not
// finite marks a point that does not exist.
using SmoothFunction = std::function<double(std::span<const double>, std::span<double>)>;

struct Box {
    std::vector<double> low;
    std::vector<double> high;
};

struct Minimum {
    std::vector<double> at;
    double value = 0;  // infinite when no point evaluated was finite
};

// `start` is moved into the box. At most `evaluations` evaluations; ends sooner when the value's
// absolute change or the point's change falls below `tolerance`.
Minimum minimize(
    const SmoothFunction& function,
    std::vector<double> start,
    const Box& box,
    int evaluations,
    double tolerance
);

}  // namespace tuner
