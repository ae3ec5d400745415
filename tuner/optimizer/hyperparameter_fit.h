// Fits the hyperparameters of a Gaussian process: the maximum of ln p(y | theta) + ln p(theta), by
// L-BFGS with analytic gradients from a few fixed starts. A pure function of the data: no random
// numbers, no start from an earlier fit.

#pragma once

#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/gaussian_process.h"
#include "tuner/optimizer/minimize.h"

namespace tuner {

// Normal priors in the logarithms, entry by entry of to_vector(theta), and hard bounds.
struct Priors {
    Eigen::VectorXd median;
    Eigen::VectorXd spread;
    Box bounds;
};

// For `parameters` parameters (the lengths of the columns of groups count as one more each only in
// the vector, not in the dimension of the prior). `noise_median` replaces the option's when
// repeated points have shown how noisy results are.
Priors make_priors(
    const ModelOptions& options,
    std::size_t columns,
    std::size_t parameters,
    std::optional<double> noise_median
);

// ln p(y | theta) + ln p(theta) up to a constant, with its gradient by to_vector(theta).
std::optional<Evidence> log_posterior(
    const TrainingSet& data,
    const Eigen::VectorXd& theta,
    const Priors& priors,
    double mean_variance
);

// The best of all starts; the priors' medians when nothing can be evaluated.
Hyperparameters fit_hyperparameters(
    const TrainingSet& data, const Priors& priors, const ModelOptions& options
);

}  // namespace tuner
