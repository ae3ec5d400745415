// Taken is the set of assignments that may not be proposed: every trial of the history, whatever
// became of it, and what the same request has proposed already.
//
// Two assignments are the same when their canonical keys are equal. A few questions are answered by
// looking through the history's fingerprints, which costs next to nothing; whoever asks many, as a
// finite space that is nearly used up does, gets an index.

#pragma once

#include "tuner/optimizer/space_enumeration.h"
#include "tuner/study/history.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

namespace tuner {

class Taken {
  public:
    // Everything the history has tried, is trying or has set aside. `history` outlives it.
    explicit Taken(const History& history) : history_(history) {}

    // Marks an assignment; false when it was marked already.
    bool insert(const Assignment& assignment);

    bool contains(const Assignment& assignment) const;

    // How many are marked, equal ones of the history each counted.
    std::size_t size() const { return history_.trials.size() + added_.size(); }

    // The first free assignment at or after number `start`, going round; nothing when none is left.
    // Looks at no more than size() + 1 of them.
    std::optional<Assignment> next_free(const SpaceEnumeration& all, std::uint64_t start) const;

  private:
    bool is_in_history(const Assignment& assignment) const;
    bool is_indexed(const Assignment& assignment) const;

    const History& history_;
    std::deque<Assignment> added_;  // by this request: a handful

    // The history by fingerprint, once enough was asked for it to be worth making.
    mutable std::unordered_multimap<std::uint64_t, const Assignment*> index_;
    mutable int questions_ = 0;
};

}  // namespace tuner
