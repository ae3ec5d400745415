#include "tuner/optimizer/surrogate.h"

#include "tuner/optimizer/hyperparameter_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tuner {

namespace {

// The noise variance of the last resort before there is no model (optimizer.md 3.7).
constexpr double kSafeNoise = 1e-2;

// Results at one point merged into their mean.
struct Merged {
    std::vector<EncodedPoint> points;
    std::vector<double> values;
    std::vector<double> repeats;
    std::vector<double> doubt;    // variances of forecasts, 0 for what was measured
    std::optional<double> noise;  // pooled variance within points, when some have several results
};

// The standard deviation of a forecast as the model sees it.
double doubt_of(const Observation& forecast, const ObjectiveTransform& transform) {
    const double above = transform.apply(forecast.result + forecast.sd);
    const double below = transform.apply(forecast.result - forecast.sd);
    return std::abs(above / 2 - below / 2);
}

// Relies on the results being sorted by point. Forecasts do not count as repetitions.
Merged merge(const std::vector<Observation>& results, const ObjectiveTransform& transform) {
    Merged merged;
    double squares = 0;
    std::size_t repetitions = 0;
    for (std::size_t i = 0; i < results.size();) {
        std::size_t end = i;
        double sum = 0;
        double doubt = 0;
        for (; end < results.size() && results[end].point == results[i].point; ++end) {
            sum += transform.apply(results[end].result);
            doubt += results[end].sd > 0 ? std::pow(doubt_of(results[end], transform), 2) : 0;
        }
        const auto n = static_cast<double>(end - i);
        const double mean = sum / n;
        if (doubt == 0) {
            for (std::size_t j = i; j < end; ++j) {
                squares += std::pow(transform.apply(results[j].result) - mean, 2);
            }
            repetitions += end - i - 1;
        }
        merged.points.push_back(results[i].point);
        merged.values.push_back(mean);
        merged.repeats.push_back(n);
        merged.doubt.push_back(doubt / (n * n));
        i = end;
    }
    if (repetitions > 0) {
        merged.noise = squares / static_cast<double>(repetitions);
    }
    return merged;
}

Eigen::MatrixXd to_matrix(
    const std::vector<EncodedPoint>& points,
    const std::vector<std::size_t>& rows,
    std::size_t columns
) {
    Eigen::MatrixXd matrix(
        static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns)
    );
    for (std::size_t i = 0; i < rows.size(); ++i) {
        matrix.row(static_cast<Eigen::Index>(i)) = to_column(points[rows[i]]).transpose();
    }
    return matrix;
}

Eigen::VectorXd pick(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
    Eigen::VectorXd picked(static_cast<Eigen::Index>(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        picked[static_cast<Eigen::Index>(i)] = values[rows[i]];
    }
    return picked;
}

TrainingSet training_set(const UnitCube& cube, const Merged& merged, int limit) {
    const auto rows =
        choose_rows(cube.columns(), merged.points, merged.values, static_cast<std::size_t>(limit));
    return {
        cube.columns(),
        to_matrix(merged.points, rows, cube.columns().size()),
        pick(merged.values, rows),
        pick(merged.repeats, rows),
        pick(merged.doubt, rows)};
}

// The model with the hyperparameters that fit, or else with safe ones.
std::optional<GaussianProcess> fit_process(
    const UnitCube& cube, const Merged& merged, const ModelOptions& options
) {
    const Priors priors =
        make_priors(options, cube.columns().size(), cube.axes().size(), merged.noise);
    const Hyperparameters theta =
        fit_hyperparameters(training_set(cube, merged, options.fit_rows), priors, options);
    const TrainingSet data = training_set(cube, merged, options.model_rows);
    auto process = GaussianProcess::condition(data, theta, options.mean_variance);
    if (!process) {
        Hyperparameters safe = to_hyperparameters(priors.median);
        safe.log_noise = std::log(kSafeNoise);
        process = GaussianProcess::condition(data, safe, options.mean_variance);
    }
    return process;
}

// Only what was measured is to be beaten; forecasts are when there is nothing else.
double value_to_beat(const GaussianProcess& process, double noisy_share) {
    const Hyperparameters& theta = process.theta();
    const TrainingSet& data = process.data();
    Eigen::VectorXd values = theta.log_noise - theta.log_signal > std::log(noisy_share)
                                 ? process.predict_all(data.points).mean
                                 : data.values;
    if (data.doubt.minCoeff() == 0) {
        values = (data.doubt.array() > 0).select(values.maxCoeff(), values);
    }
    return values.minCoeff();
}

// The points of the smallest values, in order.
std::vector<EncodedPoint> best_of(const Merged& merged, std::size_t count) {
    std::vector<std::size_t> order(merged.points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return merged.values[a] < merged.values[b];
    });
    std::vector<EncodedPoint> best;
    for (std::size_t i = 0; i < std::min(count, order.size()); ++i) {
        best.push_back(merged.points[order[i]]);
    }
    return best;
}

}  // namespace

std::optional<Surrogate> Surrogate::fit(
    const UnitCube& cube, const Observations& seen, Goal goal, const BayesianOptions& options
) {
    std::vector<double> results;
    for (const Observation& observation : seen.results) {
        results.push_back(observation.result);
    }
    const auto transform = ObjectiveTransform::fit(results, goal, options.transform);
    const Merged merged = merge(seen.results, transform);
    auto process = fit_process(cube, merged, options.model);
    if (!process) {
        return std::nullopt;
    }
    Surrogate surrogate(std::move(*process));
    surrogate.transform_ = transform;
    surrogate.best_ = value_to_beat(surrogate.process_, options.noisy_share);
    surrogate.best_points_ = best_of(merged, static_cast<std::size_t>(options.search.best_results));
    surrogate.learn_failures(cube, seen, options);
    return surrogate;
}

std::optional<Surrogate> Surrogate::without_results(
    const UnitCube& cube, const Observations& seen, const BayesianOptions& options
) {
    Merged visited;
    std::set<EncodedPoint> points(seen.failed.begin(), seen.failed.end());
    for (const Observation& observation : seen.results) {
        points.insert(observation.point);
    }
    visited.points.assign(points.begin(), points.end());
    visited.values.assign(points.size(), 0.0);
    visited.repeats.assign(points.size(), 1.0);
    visited.doubt.assign(points.size(), 0.0);
    const Priors priors =
        make_priors(options.model, cube.columns().size(), cube.axes().size(), std::nullopt);
    auto process = GaussianProcess::condition(
        training_set(cube, visited, options.model.model_rows),
        to_hyperparameters(priors.median),
        options.model.mean_variance
    );
    if (!process) {
        return std::nullopt;
    }
    Surrogate surrogate(std::move(*process));
    surrogate.learn_failures(cube, seen, options);
    return surrogate;
}

// A label of -1 for each failure and +1 for each result, around a prior mean that gives the
// observed rate (with half a success more) where nothing is known.
void Surrogate::learn_failures(
    const UnitCube& cube, const Observations& seen, const BayesianOptions& options
) {
    if (seen.failed.empty()) {
        return;
    }
    const auto succeeded = static_cast<double>(seen.results.size());
    const double all = succeeded + static_cast<double>(seen.failed.size());
    const double signal = 1;
    const double prior_mean =
        normal_quantile((0.5 + succeeded) / (1 + all)) * std::sqrt(1 + signal);
    Merged labels;
    const auto add = [&](const EncodedPoint& point, double label) {
        labels.points.push_back(point);
        labels.values.push_back(label - prior_mean);
        labels.repeats.push_back(1);
        labels.doubt.push_back(0);
    };
    for (const EncodedPoint& point : seen.failed) {
        add(point, -1);
    }
    for (const Observation& observation : seen.results) {
        add(observation.point, 1);
    }
    Hyperparameters theta = process_.theta();
    theta.log_signal = std::log(signal);
    theta.log_noise = std::log(options.feasibility_noise);
    auto model =
        GaussianProcess::condition(training_set(cube, labels, options.model.model_rows), theta, 0);
    if (model) {
        feasibility_.emplace(std::move(*model), prior_mean);
    }
}

void Surrogate::believe(const EncodedPoint& point) {
    const Eigen::VectorXd column = to_column(point);
    const double expected = process_.predict(column).mean;
    process_.observe(column, expected);
    best_ = std::min(best_, expected);
}

Acquisition Surrogate::acquisition(Acquisition::Kind kind) const {
    const Feasibility* feasibility = feasibility_ ? &*feasibility_ : nullptr;
    return Acquisition(
        process_, feasibility, transform_ ? kind : Acquisition::Kind::uncertainty, best_
    );
}

std::optional<ObjectivePrediction> Surrogate::predict(const EncodedPoint& point) const {
    return transform_ ? std::optional(transform_->predict(process_.predict(to_column(point))))
                      : std::nullopt;
}

}  // namespace tuner
