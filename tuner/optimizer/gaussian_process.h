// A GaussianProcess is a posterior over the (standardised) objective: given results at points, what
// it expects elsewhere and how sure it is. It knows nothing of acquisition.
//
// The prior is the kernel of kernel.h plus a constant mean with a normal prior, integrated
// analytically by adding its variance to every covariance. Formulas: Rasmussen and Williams,
// chapters 2 and 5. Values in, values out; single-threaded. Matrices that rounding has made
// indefinite are helped by a growing jitter; when the largest does not do, there is no model.

#pragma once

#include "tuner/optimizer/kernel.h"

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace tuner {

// What a model learns from: n points, one per row.
struct TrainingSet {
    std::vector<ColumnKind> columns;
    Eigen::MatrixXd points;
    Eigen::VectorXd values;
    Eigen::VectorXd repeats;  // how many results each value is the mean of; their noise shrinks so
    Eigen::VectorXd doubt{};  // variances that come on top, of values that are forecasts; or empty
};

struct Prediction {
    double mean = 0;
    double variance = 0;  // of the objective without its noise; always positive
};

struct Predictions {
    Eigen::VectorXd mean;
    Eigen::VectorXd variance;
};

class GaussianProcess {
  public:
    // Nothing when the covariance cannot be factorised or anything is not finite.
    static std::optional<GaussianProcess> condition(
        TrainingSet data, Hyperparameters theta, double mean_variance
    );

    Prediction predict(const Eigen::VectorXd& point) const;

    // Likewise with the derivatives by the point's entries; 0 for choices.
    Prediction predict(
        const Eigen::VectorXd& point, Eigen::VectorXd& mean_slope, Eigen::VectorXd& variance_slope
    ) const;

    // For each row of `points`.
    Predictions predict_all(const Eigen::MatrixXd& points) const;

    // Adds one result without fitting anything anew: O(n^2). A variance lost to rounding is kept
    // positive.
    void observe(const Eigen::VectorXd& point, double value);

    const Hyperparameters& theta() const { return theta_; }

    const TrainingSet& data() const { return data_; }

  private:
    GaussianProcess(TrainingSet data, Hyperparameters theta, double mean_variance)
        : data_(std::move(data)), theta_(std::move(theta)), mean_variance_(mean_variance) {}

    Eigen::MatrixXd covariance_with(const Eigen::MatrixXd& points) const;
    double prior_variance() const;
    double clamp_variance(double variance) const;
    void solve_weights();

    TrainingSet data_;
    Hyperparameters theta_;
    double mean_variance_;
    Eigen::MatrixXd lower_;    // K = L L^T
    Eigen::VectorXd weights_;  // K^-1 y
};

// How well hyperparameters explain the data: ln p(y | theta), and its derivatives by the entries of
// to_vector(theta).
struct Evidence {
    double value = 0;
    Eigen::VectorXd gradient;
};

std::optional<Evidence> log_evidence(
    const TrainingSet& data, const Hyperparameters& theta, double mean_variance
);

}  // namespace tuner
