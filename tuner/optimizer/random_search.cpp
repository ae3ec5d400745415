#include "tuner/optimizer/random_search.h"

#include "tuner/optimizer/draw.h"

namespace tuner {

std::vector<Suggestion> RandomSearch::suggest(const History& history, int count, Rng& rng) const {
    const UnitCube cube(history.config.space);
    Taken taken(history);
    const std::uint64_t seed = history.config.seed ? *history.config.seed : rng.next();
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        // A stream for each trial: how many are asked for at once depends on when others ended.
        Rng stream(seed, "random search", history.trials.size() + suggestions.size());
        auto assignment = draw_free(cube, taken, stream);
        if (!assignment) {
            break;
        }
        suggestions.push_back(make_suggestion(std::move(*assignment), Origin::random, history));
        suggestions.back().provenance.pending += i;
    }
    return suggestions;
}

}  // namespace tuner
