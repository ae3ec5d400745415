#include "tuner/optimizer/minimize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <nlopt.h>

namespace tuner {

namespace {

constexpr unsigned kMemory = 8;     // pairs kept by L-BFGS (optimizer.md 3.6)
constexpr double kNoPoint = 1e100;  // stands for an infinite value in the line search

struct Search {
    const SmoothFunction* function;
    Minimum best;
};

double evaluate(unsigned n, const double* x, double* gradient, void* data) {
    auto& search = *static_cast<Search*>(data);
    std::vector<double> unused(gradient == nullptr ? n : 0);
    const std::span<double> slope(gradient == nullptr ? unused.data() : gradient, n);
    const double value = (*search.function)(std::span(x, n), slope);
    const bool usable =
        std::isfinite(value) &&
        std::all_of(slope.begin(), slope.end(), [](double g) { return std::isfinite(g); });
    if (!usable) {
        std::fill(slope.begin(), slope.end(), 0.0);
        return kNoPoint;
    }
    if (value < search.best.value) {
        search.best.value = value;
        search.best.at.assign(x, x + n);
    }
    return value;
}

}  // namespace

Minimum minimize(
    const SmoothFunction& function,
    std::vector<double> start,
    const Box& box,
    int evaluations,
    double tolerance
) {
    for (std::size_t i = 0; i < start.size(); ++i) {
        start[i] = std::clamp(start[i], box.low[i], box.high[i]);
    }
    Search search{&function, {start, std::numeric_limits<double>::infinity()}};
    const auto n = static_cast<unsigned>(start.size());
    if (n == 0) {
        return search.best;
    }
    const std::unique_ptr<std::remove_pointer_t<nlopt_opt>, decltype(&nlopt_destroy)> solver(
        nlopt_create(NLOPT_LD_LBFGS, n), &nlopt_destroy
    );
    nlopt_set_min_objective(solver.get(), evaluate, &search);
    nlopt_set_lower_bounds(solver.get(), box.low.data());
    nlopt_set_upper_bounds(solver.get(), box.high.data());
    nlopt_set_vector_storage(solver.get(), kMemory);
    nlopt_set_maxeval(solver.get(), evaluations);
    nlopt_set_ftol_abs(solver.get(), tolerance);
    nlopt_set_xtol_abs1(solver.get(), tolerance);
    double value = 0;
    // Whatever it ends with, even a line search that gave up, the best point seen stands.
    nlopt_optimize(solver.get(), start.data(), &value);
    return search.best;
}

}  // namespace tuner
