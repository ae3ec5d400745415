#include "tuner/optimizer/grid_search.h"

#include "tuner/optimizer/draw.h"
#include "tuner/optimizer/quasi_random.h"

namespace tuner {

std::vector<Suggestion> GridSearch::suggest(const History& history, int count, Rng& rng) const {
    const auto all = SpaceEnumeration::create(history.config.space);
    if (!all) {
        return QuasiRandom().suggest(history, count, rng);
    }
    // The grid's own trials fill it from the front without gaps, so the first free point is never
    // before their number; the search goes round in case that they are of another grid.
    const auto start = static_cast<std::uint64_t>(history.count(Origin::grid));
    Taken taken(history);
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        auto assignment = taken.next_free(*all, start % all->size());
        if (!assignment) {
            break;
        }
        taken.insert(*assignment);
        suggestions.push_back(make_suggestion(std::move(*assignment), Origin::grid, history));
        suggestions.back().provenance.pending += i;
    }
    return suggestions;
}

}  // namespace tuner
