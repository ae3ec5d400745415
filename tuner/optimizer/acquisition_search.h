// Finds where an acquisition is largest in a mixed space: many candidates, then the best of them
// refined by turns – L-BFGS over the real axes, scans over levels and choices – until nothing
// improves.
//
// Every evaluation is at a point that exists and is free: a point that is taken counts as minus
// infinity inside the search, so it is walked around and not run into. Deterministic for a given
// rng.

#pragma once

#include "tuner/base/random.h"
#include "tuner/optimizer/acquisition.h"
#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/unit_cube.h"

#include <optional>
#include <set>
#include <vector>

namespace tuner {

struct FoundPoint {
    EncodedPoint point;
    double value = 0;
};

class AcquisitionSearch {
  public:
    // Refers to everything it is given. `lengths` are the model's, one per column: the steps of the
    // refinement go by them.
    AcquisitionSearch(
        const UnitCube& cube,
        const Acquisition& acquisition,
        const std::set<EncodedPoint>& taken,
        Eigen::VectorXd lengths,
        const SearchOptions& options
    );

    // The best of some points; nothing when all are taken. Ties go to the smaller point.
    std::optional<FoundPoint> best_of(const std::vector<EncodedPoint>& points) const;

    // The best point found in the whole space, starting from samples and from `anchors`, the best
    // results so far, best first. Nothing when every point it came across was taken.
    std::optional<FoundPoint> search(const std::vector<EncodedPoint>& anchors, Rng& rng) const;

  private:
    struct State {
        LatentPoint latent;
        FoundPoint found;
    };

    std::vector<State> choose_starts(const std::vector<LatentPoint>& candidates) const;
    void refine(State& state) const;
    bool improve(State& state, const std::vector<LatentPoint>& candidates) const;
    bool refine_reals(State& state) const;
    bool refine_levels(State& state, std::size_t axis) const;
    bool refine_choice(State& state, std::size_t axis) const;
    bool refine_pair(State& state, std::size_t first, std::size_t second) const;
    std::vector<double> evaluate(const std::vector<EncodedPoint>& points) const;

    const UnitCube& cube_;
    const Acquisition& acquisition_;
    const std::set<EncodedPoint>& taken_;
    Eigen::VectorXd lengths_;
    const SearchOptions& options_;
};

}  // namespace tuner
