// Taken is the set of assignments that may not be proposed: every trial of the history, whatever
// became of it, and what the same request has proposed already.
//
// Two assignments are the same when their canonical keys are equal.

#pragma once

#include "tuner/optimizer/space_enumeration.h"
#include "tuner/study/history.h"

#include <cstdint>
#include <deque>
#include <optional>

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
    const History& history_;
    std::deque<Assignment> added_;  // by this request: a handful
};

}  // namespace tuner
