// Draws of assignments that nobody has tried: what random, quasi-random and model-based search have
// in common. A finite space is used up to its last assignment; an infinite one is given up after a
// documented number of tries, which only a range of a handful of doubles can reach.

#pragma once

#include "tuner/base/random.h"
#include "tuner/optimizer/taken.h"
#include "tuner/optimizer/unit_cube.h"

#include <cstdint>
#include <optional>

namespace tuner {

// A random latent point: independent and uniform along each axis' scale.
LatentPoint draw_latent(const UnitCube& cube, Rng& rng);

// A free assignment at random; marks it as taken. Nothing when the space is exhausted.
std::optional<Assignment> draw_free(const UnitCube& cube, Taken& taken, Rng& rng);

// The same by the next free point of the study's scrambled Sobol sequence, from number `index` on;
// at random when the next 64 are all taken.
std::optional<Assignment> draw_quasi_random(
    const UnitCube& cube, std::uint64_t seed, std::uint64_t index, Taken& taken, Rng& rng
);

// The seed of a study's Sobol sequence. It must not change between requests, so it comes from the
// configuration and not from the request's rng.
std::uint64_t sobol_seed(const StudyConfig& config);

// How many points of the sequence the history has used.
std::uint64_t sobol_points_used(const History& history);

// A suggestion by `origin` on the grounds of the history.
Suggestion make_suggestion(Assignment assignment, Origin origin, const History& history);

}  // namespace tuner
