// BayesianSearch is the default optimizer: a Gaussian process learns from the results so far, and
// the next suggestion is where the expected improvement over the best of them is largest, given
// what is being evaluated and where trials have failed.
//
// The first few suggestions come from a scrambled Sobol design. Then, for each suggestion: results
// are transformed (objective_transform.h), hyperparameters fitted (hyperparameter_fit.h), pending
// trials believed (surrogate.h), and the acquisition maximised (acquisition_search.h). Nothing is
// kept between requests. When the model cannot be made, the next Sobol point is proposed as a
// `fallback`. The order of the history does not matter, bit by bit: rows are sorted first.
//
// Not invariant to the order in which parameters are declared: the design's dimensions go by it.
// Costs grow with the cube of at most ModelOptions::model_rows results; tests/bench/suggest_bench
// watches them. See optimizer.h for the promises.

#pragma once

#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/optimizer.h"

namespace tuner {

class BayesianSearch final : public Optimizer {
  public:
    explicit BayesianSearch(BayesianOptions options = {}) : options_(options) {}

    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;

  private:
    BayesianOptions options_;
};

// How many suggestions come from the design, for a number of parameters and of trials.
std::size_t design_size(const BayesianOptions& options, std::size_t axes, std::int64_t max_trials);

}  // namespace tuner
