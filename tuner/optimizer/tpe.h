// Tpe is the tree-structured Parzen estimator: two densities, one of the good points and one of all
// others, and the next suggestion is, of a handful drawn from the first, where their ratio is
// largest.
//
// Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization" (2011), in its
// multivariate form (Falkner, Klein and Hutter, BOHB, 2018): one kernel per trial over all axes, so
// that parameters are judged together. Pending trials count as bad ones (the constant liar), and so
// do failed and pruned ones, so that none is gone near. Axes that are inactive in a trial say
// nothing about it: its kernel is flat along them. The first ten suggestions come from the Sobol
// design, and anything that cannot be drawn anew is drawn at random. See optimizer.h for the
// promises.

#pragma once

#include "tuner/optimizer/optimizer.h"
#include "tuner/optimizer/unit_cube.h"

#include <cstddef>

namespace tuner {

// Defaults of Optuna's sampler, unless something else is said.
struct TpeOptions {
    std::size_t design = 10;    // suggestions before the densities are used
    double good_share = 0.1;    // of all results are good, rounded up,
    std::size_t good_max = 25;  // but no more than this
    int candidates = 24;        // drawn from the good density
    double prior_weight = 1;    // of the flat part, in trials
    double bandwidth = 0.2;     // of numbers, times n^(-1 / (d + 4)) (Scott's rule)
};

class Tpe final : public Optimizer {
  public:
    explicit Tpe(TpeOptions options = {}) : options_(options) {}

    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;

  private:
    TpeOptions options_;
};

// A mixture of one kernel around each of some points and a flat one: truncated normals along
// numbers, the point's own category with most of the weight along choices.
class ParzenDensity {
  public:
    // Refers to the cube.
    ParzenDensity(
        const UnitCube& cube, std::vector<EncodedPoint> centers, const TpeOptions& options
    );

    // The logarithm of the density at a point, over the axes that are active there.
    double log_density(const EncodedPoint& point) const;

    LatentPoint draw(Rng& rng) const;

  private:
    double log_kernel(
        std::size_t center, const EncodedPoint& point, const std::vector<bool>& active
    ) const;

    const UnitCube& cube_;
    std::vector<EncodedPoint> centers_;
    std::vector<std::vector<bool>> active_;         // by center and axis
    std::vector<std::vector<double>> log_factors_;  // of the truncated normals, likewise
    double bandwidth_;
    double prior_weight_;
};

}  // namespace tuner
