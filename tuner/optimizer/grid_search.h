// GridSearch tries every assignment of a finite space once, in lexicographic order, the last
// parameter fastest. It makes only the assignments it proposes, so the grid may have 10^15 points.
//
// A configuration asks for a grid only over finitely many values (StudyConfig::create); over a
// space too large to number it goes on as QuasiRandom. See optimizer.h for the promises.

#pragma once

#include "tuner/optimizer/optimizer.h"

namespace tuner {

class GridSearch final : public Optimizer {
  public:
    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;
};

}  // namespace tuner
