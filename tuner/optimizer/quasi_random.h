// QuasiRandom goes through a scrambled Sobol sequence: as blind as random search but evenly spread,
// without clusters and holes. The sequence belongs to the study (its seed), its position follows
// from the history. See optimizer.h for the promises.

#pragma once

#include "tuner/optimizer/optimizer.h"

namespace tuner {

class QuasiRandom final : public Optimizer {
  public:
    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;
};

}  // namespace tuner
