#include "tuner/optimizer/hyperparameter_fit.h"

#include <algorithm>
#include <cmath>

namespace tuner {

namespace {

// The form of the lengths' prior is stated for three parameters (optimizer.md 3.5).
constexpr double kReferenceDimension = 3;

Eigen::VectorXd starting_point(const Priors& priors, double length_factor) {
    Eigen::VectorXd start = priors.median;
    start.head(start.size() - 2).array() += std::log(length_factor);
    return start;
}

}  // namespace

Priors make_priors(
    const ModelOptions& options,
    std::size_t columns,
    std::size_t parameters,
    std::optional<double> noise_median
) {
    const auto lengths = static_cast<Eigen::Index>(columns);
    const double dimension = std::max(1.0, static_cast<double>(parameters));
    const double noise = std::clamp(
        noise_median.value_or(options.noise_median), options.noise_floor, options.noise_max
    );
    Priors priors;
    priors.median.resize(lengths + 2);
    priors.spread.resize(lengths + 2);
    priors.median.head(lengths).setConstant(
        std::log(options.length_median) + 0.5 * std::log(dimension / kReferenceDimension)
    );
    priors.spread.head(lengths).setConstant(options.length_spread);
    priors.median[lengths] = std::log(options.signal_median);
    priors.spread[lengths] = options.signal_spread;
    priors.median[lengths + 1] = std::log(noise);
    priors.spread[lengths + 1] = options.noise_spread;
    priors.bounds.low.assign(columns, std::log(options.length_min));
    priors.bounds.low.push_back(std::log(options.signal_min));
    priors.bounds.low.push_back(std::log(options.noise_floor));
    priors.bounds.high.assign(columns, std::log(options.length_max));
    priors.bounds.high.push_back(std::log(options.signal_max));
    priors.bounds.high.push_back(std::log(options.noise_max));
    return priors;
}

std::optional<Evidence> log_posterior(
    const TrainingSet& data,
    const Eigen::VectorXd& theta,
    const Priors& priors,
    double mean_variance
) {
    auto evidence = log_evidence(data, to_hyperparameters(theta), mean_variance);
    if (evidence) {
        const Eigen::ArrayXd away = (theta - priors.median).array() / priors.spread.array();
        evidence->value -= 0.5 * away.square().sum();
        evidence->gradient.array() -= away / priors.spread.array();
    }
    return evidence;
}

Hyperparameters fit_hyperparameters(
    const TrainingSet& data, const Priors& priors, const ModelOptions& options
) {
    const auto cost = [&](std::span<const double> at, std::span<double> slope) {
        const auto size = static_cast<Eigen::Index>(at.size());
        const Eigen::VectorXd theta = Eigen::Map<const Eigen::VectorXd>(at.data(), size);
        const auto posterior = log_posterior(data, theta, priors, options.mean_variance);
        if (!posterior) {
            return std::numeric_limits<double>::infinity();
        }
        Eigen::Map<Eigen::VectorXd>(slope.data(), size) = -posterior->gradient;
        return -posterior->value;
    };
    Minimum best{{}, std::numeric_limits<double>::infinity()};
    for (const double factor : {1.0, options.short_start}) {
        const Eigen::VectorXd start = starting_point(priors, factor);
        Minimum found = minimize(
            cost,
            {start.begin(), start.end()},
            priors.bounds,
            options.fit_evaluations,
            options.fit_tolerance
        );
        if (found.value < best.value) {
            best = std::move(found);
        }
    }
    if (best.at.empty()) {
        return to_hyperparameters(priors.median);
    }
    return to_hyperparameters(
        Eigen::Map<const Eigen::VectorXd>(best.at.data(), static_cast<Eigen::Index>(best.at.size()))
    );
}

}  // namespace tuner
