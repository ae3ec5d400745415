#include "tuner/optimizer/quasi_random.h"

#include "tuner/optimizer/draw.h"

namespace tuner {

std::vector<Suggestion> QuasiRandom::suggest(const History& history, int count, Rng& rng) const {
    const UnitCube cube(history.config.space);
    const std::uint64_t seed = sobol_seed(history.config);
    const std::uint64_t used = sobol_points_used(history);
    Taken taken(history);
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t index = used + static_cast<std::uint64_t>(i);
        auto assignment = draw_quasi_random(cube, seed, index, taken, rng);
        if (!assignment) {
            break;
        }
        suggestions.push_back(make_suggestion(std::move(*assignment), Origin::quasi_random, history)
        );
        suggestions.back().provenance.pending += i;
    }
    return suggestions;
}

}  // namespace tuner
