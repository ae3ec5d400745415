// Surrogate is the model of one request: the objective's Gaussian process on transformed results,
// what is to be beaten, and the model of failures. It believes in pending trials: each counts as
// observed at what the model expects of it, so no two workers are sent to the same place (the
// kriging believer; Ginsbourger, Le Riche and Carraro 2010).
//
// A value; changes only by believe(). There is none when its matrices cannot be factorised.

#pragma once

#include "tuner/optimizer/acquisition.h"
#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/objective_transform.h"
#include "tuner/optimizer/observations.h"

#include <optional>
#include <vector>

namespace tuner {

// An encoded point as the models take it.
inline Eigen::VectorXd to_column(const EncodedPoint& point) {
    return Eigen::Map<const Eigen::VectorXd>(point.data(), static_cast<Eigen::Index>(point.size()));
}

class Surrogate {
  public:
    // From at least two results. Pending points are not believed yet.
    static std::optional<Surrogate> fit(
        const UnitCube& cube, const Observations& seen, Goal goal, const BayesianOptions& options
    );

    // Of a study where all (but perhaps one) have failed: knows where it has been and what failed,
    // and nothing of the objective. At least one trial has a result or has failed.
    static std::optional<Surrogate> without_results(
        const UnitCube& cube, const Observations& seen, const BayesianOptions& options
    );

    // Counts a point as observed at its expectation.
    void believe(const EncodedPoint& point);

    Acquisition acquisition(Acquisition::Kind kind) const;

    // In the objective's units; nothing from a model without results.
    std::optional<ObjectivePrediction> predict(const EncodedPoint& point) const;

    // The points of the best results, best first.
    const std::vector<EncodedPoint>& best_points() const { return best_points_; }

    const GaussianProcess& process() const { return process_; }

  private:
    explicit Surrogate(GaussianProcess process) : process_(std::move(process)) {}

    void learn_failures(
        const UnitCube& cube, const Observations& seen, const BayesianOptions& options
    );

    GaussianProcess process_;
    std::optional<Feasibility> feasibility_;
    std::optional<ObjectiveTransform> transform_;
    double best_ = 0;  // what is to be beaten, as the model sees it
    std::vector<EncodedPoint> best_points_;
};

}  // namespace tuner
