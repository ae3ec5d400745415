// How much is to be hoped for at a point: the logarithm of the expected improvement over the best
// result, weighted by the chance that the trial succeeds.
//
// Everything is kept in logarithms with stable tails, so that far from the best result there is
// still a slope to follow: Ament et al., "Unexpected improvements to expected improvement for
// Bayesian optimization" (2023). Plain functions and a view over models that the caller owns.

#pragma once

#include "tuner/optimizer/gaussian_process.h"

#include <Eigen/Core>

namespace tuner {

// ln(phi(z) + z Phi(z)): the logarithm of the expected improvement in standard deviations, at a
// prediction that is z of them better than what is to be beaten. Finite for |z| up to 1e150.
double log_improvement(double z);

// Its derivative, Phi(z) / (phi(z) + z Phi(z)).
double log_improvement_slope(double z);

// Phi(z).
double normal_cdf(double z);

// ln Phi(z), and its derivative.
double log_normal_cdf(double z);
double log_normal_cdf_slope(double z);

// z with Phi(z) = p, for p in (0, 1).
double normal_quantile(double p);

// The chance that a trial succeeds, learnt from which ones did: a Gaussian process on labels +1 and
// -1 around a prior mean, p = Phi((m + mean) / sqrt(1 + variance)) (Rasmussen and Williams, 3.9 and
// 6.5: label regression).
class Feasibility {
  public:
    // `model` is conditioned on the labels less `prior_mean`.
    Feasibility(GaussianProcess model, double prior_mean)
        : model_(std::move(model)), prior_mean_(prior_mean) {}

    double log_chance(const Eigen::VectorXd& point) const;
    double log_chance(const Eigen::VectorXd& point, Eigen::VectorXd& slope) const;
    Eigen::VectorXd log_chances(const Eigen::MatrixXd& points) const;

  private:
    GaussianProcess model_;
    double prior_mean_;
};

class Acquisition {
  public:
    enum class Kind {
        improvement,  // ln expected improvement below `best`
        uncertainty,  // ln standard deviation
    };

    // Refers to both models; `feasibility` may be null.
    Acquisition(
        const GaussianProcess& model, const Feasibility* feasibility, Kind kind, double best
    )
        : model_(&model), feasibility_(feasibility), kind_(kind), best_(best) {}

    // Minus infinity instead of anything that is not finite.
    double value(const Eigen::VectorXd& point) const;
    double value(const Eigen::VectorXd& point, Eigen::VectorXd& slope) const;
    // For each row of `points`.
    Eigen::VectorXd values(const Eigen::MatrixXd& points) const;

  private:
    double of(double mean, double variance) const;

    const GaussianProcess* model_;
    const Feasibility* feasibility_;
    Kind kind_;
    double best_;
};

}  // namespace tuner
