// RandomSearch draws independent assignments, uniform along each parameter's scale: the baseline
// that every other optimizer has to beat. See optimizer.h for the promises.

#pragma once

#include "tuner/optimizer/optimizer.h"

namespace tuner {

class RandomSearch final : public Optimizer {
  public:
    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;
};

}  // namespace tuner
