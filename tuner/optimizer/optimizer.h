// An Optimizer proposes what to try next. It is a const function from history to suggestions: equal
// history, count and rng give equal suggestions, so it is safe on any thread, has nothing to save,
// and is the same after a crash.

#pragma once

#include "tuner/base/random.h"
#include "tuner/study/history.h"
#include "tuner/study/suggestion.h"

#include <vector>

namespace tuner {

class Optimizer {
  public:
    virtual ~Optimizer() = default;

    // At most `count` (≥ 1) assignments to evaluate, each in the space, none equal to another one
    // or to a trial of the history. Pending and running trials are in the history too and count as
    // being evaluated; failed ones mark where not to go. The order of the history's trials does not
    // matter beyond their ids. Fewer than `count` means that the space is exhausted. Never throws
    // for any history; never returns a value that is not finite.
    virtual std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const = 0;
};

}  // namespace tuner
