#include "tuner/optimizer/draw.h"

#include "tuner/optimizer/sobol.h"

namespace tuner {

namespace {

constexpr int kTries = 100;  // before a finite space is searched systematically
constexpr int kInfiniteTries = 10'000;
constexpr std::size_t kSobolTries = 64;
constexpr Origin kSobolOrigins[] = {Origin::design, Origin::quasi_random, Origin::fallback};

}  // namespace

LatentPoint draw_latent(const UnitCube& cube, Rng& rng) {
    std::vector<double> uniform(cube.axes().size());
    for (double& u : uniform) {
        u = rng.uniform();
    }
    return cube.spread(uniform);
}

std::optional<Assignment> draw_free(const UnitCube& cube, Taken& taken, Rng& rng) {
    const auto all = SpaceEnumeration::create(cube.space());
    const int tries = all ? kTries : kInfiniteTries;
    for (int i = 0; i < tries; ++i) {
        Assignment candidate = cube.decode(cube.snap(draw_latent(cube, rng)));
        if (taken.insert(candidate)) {
            return candidate;
        }
    }
    if (!all) {
        return std::nullopt;
    }
    auto candidate = taken.next_free(*all, rng.below(all->size()));
    if (candidate) {
        taken.insert(*candidate);
    }
    return candidate;
}

std::optional<Assignment> draw_quasi_random(
    const UnitCube& cube, std::uint64_t seed, std::uint64_t index, Taken& taken, Rng& rng
) {
    const SobolSequence sequence(cube.axes().size(), seed);
    for (const auto& uniform : sequence.points(index, kSobolTries)) {
        Assignment candidate = cube.decode(cube.snap(cube.spread(uniform)));
        if (taken.insert(candidate)) {
            return candidate;
        }
    }
    return draw_free(cube, taken, rng);
}

std::uint64_t sobol_seed(const StudyConfig& config) {
    return Rng(config.seed.value_or(stable_hash(config.name)), "sobol").next();
}

std::uint64_t sobol_points_used(const History& history) {
    std::int64_t used = 0;
    for (const Origin origin : kSobolOrigins) {
        used += history.count(origin);
    }
    return static_cast<std::uint64_t>(used);
}

Suggestion make_suggestion(Assignment assignment, Origin origin, const History& history) {
    Provenance provenance;
    provenance.origin = origin;
    provenance.finished = history.count_results();
    provenance.pending = history.count_open();
    return {std::move(assignment), std::move(provenance)};
}

}  // namespace tuner
