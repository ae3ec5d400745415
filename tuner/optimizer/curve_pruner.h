// CurvePruner stops a trial when its curve, carried on to the end of a run, beats the best
// completed trial with a probability below kHopeless. The model is curve_model.h's.

#pragma once

#include "tuner/optimizer/pruner.h"

namespace tuner {

// Judgement: optimizer.md 3.12, and what Domhan, Springenberg and Hutter (2015) stop at.
inline constexpr double kHopeless = 0.05;

class CurvePruner final : public Pruner {
  public:
    std::optional<std::string> judge(const CurveBook& book, TrialId id) const override;
};

}  // namespace tuner
