// Where the search for an acquisition's maximum begins: points spread over the whole space and
// points around the best results.

#pragma once

#include "tuner/base/random.h"
#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/unit_cube.h"

#include <vector>

namespace tuner {

// The anchors themselves (the best results so far, best first), points of a scrambled Sobol
// sequence, perturbations of each anchor, and every neighbour of the first one in one level or
// choice.
std::vector<LatentPoint> make_candidates(
    const UnitCube& cube,
    const std::vector<EncodedPoint>& anchors,
    const SearchOptions& options,
    Rng& rng
);

}  // namespace tuner
