// RandomSearch draws independent assignments, uniform along each parameter's scale: the baseline
// that every other optimizer has to beat. See optimizer.h for the promises.
//
// One promise more: what a trial gets depends on the study's seed, the trial's number and the
// trials before it, and not on how many were asked for at once, which depends on when others ended.

#pragma once

#include "tuner/optimizer/optimizer.h"

namespace tuner {

class RandomSearch final : public Optimizer {
  public:
    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;
};

}  // namespace tuner
