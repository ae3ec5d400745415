#include "tuner/optimizer/taken.h"

#include <algorithm>

namespace tuner {

Taken::Taken(const History& history) {
    for (const Trial& trial : history.trials) {
        insert(trial.assignment);
    }
}

// The canonical key sorts by name, so the order of the entries does not matter to it.
bool Taken::insert(const Assignment& assignment) {
    return keys_.insert(assignment.canonical_key()).second;
}

bool Taken::contains(const Assignment& assignment) const {
    return keys_.contains(assignment.canonical_key());
}

std::optional<Assignment> Taken::next_free(const SpaceEnumeration& all, std::uint64_t start) const {
    const std::uint64_t tries = std::min<std::uint64_t>(all.size(), size() + 1);
    for (std::uint64_t i = 0; i < tries; ++i) {
        Assignment candidate = all.at((start + i) % all.size());
        if (!contains(candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

}  // namespace tuner
