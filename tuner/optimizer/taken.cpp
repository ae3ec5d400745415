#include "tuner/optimizer/taken.h"

#include <algorithm>

namespace tuner {

namespace {

constexpr int kUnindexedQuestions = 8;  // about as many cost as much as making the index

bool is_same(const Assignment& a, const Assignment& b) {
    return a.fingerprint() == b.fingerprint() && a.canonical_key() == b.canonical_key();
}

}  // namespace

bool Taken::insert(const Assignment& assignment) {
    if (contains(assignment)) {
        return false;
    }
    added_.push_back(assignment);
    return true;
}

bool Taken::contains(const Assignment& assignment) const {
    return std::any_of(
               added_.begin(),
               added_.end(),
               [&](const Assignment& added) { return is_same(added, assignment); }
           ) ||
           (++questions_ > kUnindexedQuestions ? is_indexed(assignment) : is_in_history(assignment)
           );
}

bool Taken::is_in_history(const Assignment& assignment) const {
    return std::any_of(history_.trials.begin(), history_.trials.end(), [&](const Trial& trial) {
        return is_same(trial.assignment, assignment);
    });
}

bool Taken::is_indexed(const Assignment& assignment) const {
    if (index_.empty()) {
        index_.reserve(history_.trials.size());
        for (const Trial& trial : history_.trials) {
            index_.emplace(trial.assignment.fingerprint(), &trial.assignment);
        }
    }
    const auto [first, last] = index_.equal_range(assignment.fingerprint());
    return std::any_of(first, last, [&](const auto& entry) {
        return is_same(*entry.second, assignment);
    });
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
