#include "tuner/optimizer/random_search.h"

#include "tuner/optimizer/draw.h"

namespace tuner {

std::vector<Suggestion> RandomSearch::suggest(const History& history, int count, Rng& rng) const {
    const UnitCube cube(history.config.space);
    Taken taken(history);
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        auto assignment = draw_free(cube, taken, rng);
        if (!assignment) {
            break;
        }
        suggestions.push_back(make_suggestion(std::move(*assignment), Origin::random, history));
        suggestions.back().provenance.pending += i;
    }
    return suggestions;
}

}  // namespace tuner
