// MedianPruner stops a trial whose best value so far is strictly worse than the median, over all
// completed trials, of the mean of what each had reported up to the same progress.
//
// Golovin et al., "Google Vizier: a service for black-box optimization" (2017), section 3.2.2. A
// completed trial that had not reported by then is left out; with fewer than minTrials of the
// others nothing is stopped. Of an even number the median is the mean of the middle two.

#pragma once

#include "tuner/optimizer/pruner.h"

namespace tuner {

class MedianPruner final : public Pruner {
  public:
    std::optional<std::string> judge(const CurveBook& book, TrialId id) const override;
};

}  // namespace tuner
