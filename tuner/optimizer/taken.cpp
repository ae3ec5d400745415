#include "tuner/optimizer/taken.h"

#include <algorithm>

namespace tuner {

bool Taken::insert(const Assignment& assignment) {
    if (contains(assignment)) {
        return false;
    }
    added_.push_back(assignment);
    return true;
}

bool Taken::contains(const Assignment& assignment) const {
    const auto is_it = [&](const Assignment& added) { return is_same_point(added, assignment); };
    return std::any_of(added_.begin(), added_.end(), is_it) || history_.has_tried(assignment);
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
