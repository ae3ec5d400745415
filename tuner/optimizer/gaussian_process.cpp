#include "tuner/optimizer/gaussian_process.h"

#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>

namespace tuner {

namespace {

// Relative to the signal variance (optimizer.md 3.7).
constexpr double kFirstJitter = 1e-10;
constexpr double kLastJitter = 1e-2;
constexpr double kSmallestVariance = 1e-12;

using Factor = Eigen::LLT<Eigen::MatrixXd, Eigen::Lower>;

// The Cholesky factor, with the smallest jitter that makes one.
std::optional<Factor> factorize(const Eigen::MatrixXd& covariance, double signal) {
    if (!covariance.allFinite()) {
        return std::nullopt;
    }
    Factor factor(covariance);
    double jitter = kFirstJitter;
    while (factor.info() != Eigen::Success && jitter <= kLastJitter * (1 + 1e-9)) {
        Eigen::MatrixXd helped = covariance;
        helped.diagonal().array() += jitter * signal;
        factor.compute(helped);
        jitter *= 10;
    }
    return factor.info() == Eigen::Success ? std::optional(std::move(factor)) : std::nullopt;
}

Eigen::MatrixXd with_noise(
    Eigen::MatrixXd signal_part, const TrainingSet& data, double noise, double mean_variance
) {
    signal_part.array() += mean_variance;
    signal_part.diagonal().array() += noise / data.repeats.array();
    if (data.doubt.size() > 0) {
        signal_part.diagonal() += data.doubt;
    }
    return signal_part;
}

}  // namespace

std::optional<GaussianProcess> GaussianProcess::condition(
    TrainingSet data, Hyperparameters theta, double mean_variance
) {
    GaussianProcess process(std::move(data), std::move(theta), mean_variance);
    const TrainingSet& set = process.data_;
    const double signal = std::exp(process.theta_.log_signal);
    const Eigen::MatrixXd squares =
        squared_distances(set.columns, process.theta_.log_lengths, set.points, set.points);
    const auto factor = factorize(
        with_noise(
            signal * matern52_of_squares(squares),
            set,
            std::exp(process.theta_.log_noise),
            mean_variance
        ),
        signal
    );
    if (!factor) {
        return std::nullopt;
    }
    process.lower_ = factor->matrixL();
    process.solve_weights();
    return process.weights_.allFinite() ? std::optional(std::move(process)) : std::nullopt;
}

void GaussianProcess::solve_weights() {
    weights_ = lower_.triangularView<Eigen::Lower>().solve(data_.values);
    lower_.transpose().triangularView<Eigen::Upper>().solveInPlace(weights_);
}

double GaussianProcess::prior_variance() const {
    return std::exp(theta_.log_signal) + mean_variance_;
}

double GaussianProcess::clamp_variance(double variance) const {
    return std::max(variance, kSmallestVariance * std::exp(theta_.log_signal));
}

Eigen::MatrixXd GaussianProcess::covariance_with(const Eigen::MatrixXd& points) const {
    const Eigen::MatrixXd squares =
        squared_distances(data_.columns, theta_.log_lengths, data_.points, points);
    return (std::exp(theta_.log_signal) * matern52_of_squares(squares)).array() + mean_variance_;
}

Prediction GaussianProcess::predict(const Eigen::VectorXd& point) const {
    const Eigen::VectorXd k = covariance_with(point.transpose());
    const Eigen::VectorXd half = lower_.triangularView<Eigen::Lower>().solve(k);
    return {k.dot(weights_), clamp_variance(prior_variance() - half.squaredNorm())};
}

Prediction GaussianProcess::predict(
    const Eigen::VectorXd& point, Eigen::VectorXd& mean_slope, Eigen::VectorXd& variance_slope
) const {
    const Eigen::MatrixXd squares =
        squared_distances(data_.columns, theta_.log_lengths, data_.points, point.transpose());
    const double signal = std::exp(theta_.log_signal);
    const Eigen::VectorXd k =
        (signal * matern52_of_squares(squares).col(0)).array() + mean_variance_;
    const Eigen::VectorXd slope = signal * matern52_slope_of_squares(squares).col(0);
    Eigen::VectorXd solved = lower_.triangularView<Eigen::Lower>().solve(k);
    const double explained = solved.squaredNorm();
    lower_.transpose().triangularView<Eigen::Upper>().solveInPlace(solved);
    mean_slope = Eigen::VectorXd::Zero(point.size());
    variance_slope = Eigen::VectorXd::Zero(point.size());
    for (Eigen::Index c = 0; c < point.size(); ++c) {
        if (data_.columns[static_cast<std::size_t>(c)] != ColumnKind::number) {
            continue;
        }
        // dk/dx = dk/dr^2 * 2 (x - x_i) / l^2, and d variance = -2 k^T K^-1 dk.
        const double weight = 2 * std::exp(-2 * theta_.log_lengths[c]);
        const Eigen::ArrayXd dk = weight * slope.array() * (point[c] - data_.points.col(c).array());
        mean_slope[c] = dk.matrix().dot(weights_);
        variance_slope[c] = -2 * dk.matrix().dot(solved);
    }
    return {k.dot(weights_), clamp_variance(prior_variance() - explained)};
}

Predictions GaussianProcess::predict_all(const Eigen::MatrixXd& points) const {
    Eigen::MatrixXd k = covariance_with(points);
    Predictions all;
    all.mean = k.transpose() * weights_;
    lower_.triangularView<Eigen::Lower>().solveInPlace(k);
    const double prior = prior_variance();
    all.variance = (prior - k.colwise().squaredNorm().transpose().array())
                       .max(kSmallestVariance * std::exp(theta_.log_signal));
    return all;
}

void GaussianProcess::observe(const Eigen::VectorXd& point, double value) {
    const Eigen::Index n = lower_.rows();
    const Eigen::VectorXd k = covariance_with(point.transpose());
    const Eigen::VectorXd row = lower_.triangularView<Eigen::Lower>().solve(k);
    const double rest = clamp_variance(prior_variance() - row.squaredNorm());
    lower_.conservativeResize(n + 1, n + 1);
    lower_.col(n).setZero();
    lower_.row(n).head(n) = row.transpose();
    lower_(n, n) = std::sqrt(rest + std::exp(theta_.log_noise));
    data_.points.conservativeResize(n + 1, Eigen::NoChange);
    data_.points.row(n) = point.transpose();
    data_.values.conservativeResize(n + 1);
    data_.values[n] = value;
    data_.repeats.conservativeResize(n + 1);
    data_.repeats[n] = 1;
    if (data_.doubt.size() > 0) {
        data_.doubt.conservativeResize(n + 1);
        data_.doubt[n] = 0;
    }
    solve_weights();
}

std::optional<Evidence> log_evidence(
    const TrainingSet& data, const Hyperparameters& theta, double mean_variance
) {
    const Eigen::Index n = data.points.rows();
    const double signal = std::exp(theta.log_signal);
    const double noise = std::exp(theta.log_noise);
    const Eigen::MatrixXd squares =
        squared_distances(data.columns, theta.log_lengths, data.points, data.points);
    const Eigen::MatrixXd signal_part = signal * matern52_of_squares(squares);
    const auto factor = factorize(with_noise(signal_part, data, noise, mean_variance), signal);
    if (!factor) {
        return std::nullopt;
    }
    const Eigen::VectorXd weights = factor->solve(data.values);
    const Eigen::MatrixXd lower = factor->matrixL();
    Evidence evidence;
    evidence.value = -0.5 * data.values.dot(weights) - lower.diagonal().array().log().sum() -
                     0.5 * static_cast<double>(n) * std::log(2 * std::numbers::pi);
    // A = a a^T - K^-1 with a = K^-1 y; the derivative by a parameter of K is 1/2 tr(A dK).
    const Eigen::MatrixXd a =
        weights * weights.transpose() - factor->solve(Eigen::MatrixXd::Identity(n, n));
    const Eigen::Index lengths = data.points.cols();
    evidence.gradient.resize(lengths + 2);
    evidence.gradient[lengths] = 0.5 * a.cwiseProduct(signal_part).sum();
    evidence.gradient[lengths + 1] =
        0.5 * noise * (a.diagonal().array() / data.repeats.array()).sum();
    // d r^2 / d ln l = -2 D / l^2.
    const Eigen::MatrixXd slope = signal * a.cwiseProduct(matern52_slope_of_squares(squares));
    for (Eigen::Index k = 0; k < lengths; ++k) {
        const std::vector<ColumnKind> one{data.columns[static_cast<std::size_t>(k)]};
        const Eigen::MatrixXd scaled = squared_distances(
            one, theta.log_lengths.segment(k, 1), data.points.col(k), data.points.col(k)
        );
        evidence.gradient[k] = -slope.cwiseProduct(scaled).sum();
    }
    const bool finite = std::isfinite(evidence.value) && evidence.gradient.allFinite();
    return finite ? std::optional(std::move(evidence)) : std::nullopt;
}

}  // namespace tuner
