// AshaPruner stops a trial that reaches a rung without being among the best 1/eta of those that had
// reached it by then, itself included (study/rung_table.h has the rungs and the source).
//
// Asynchronous: a trial waits for nobody, so the first ones at a rung go on whatever they are
// worth, and what comes later does not change a decision that was made. Without maxSteps the last
// rung may be where runs end; a trial there is left alone once one has completed.

#pragma once

#include "tuner/optimizer/pruner.h"

namespace tuner {

class AshaPruner final : public Pruner {
  public:
    std::optional<std::string> judge(const CurveBook& book, TrialId id) const override;
};

}  // namespace tuner
