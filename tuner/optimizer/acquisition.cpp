#include "tuner/optimizer/acquisition.h"

#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>

namespace tuner {

namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
const double kLogSqrt2Pi = 0.5 * std::log(2 * std::numbers::pi);

double normal_density(double z) {
    return std::exp(-0.5 * z * z - kLogSqrt2Pi);
}

// Below this the cancellation in phi + z Phi costs more than two digits, and Mills' ratio takes
// over.
constexpr double kTail = -4;

// For t >= 4, c of Mills' ratio Phi(-t) / phi(t) = 1 / (t + c): Laplace's continued fraction
// c = 1 / (t + 2 / (t + 3 / (t + …))), from its far end. The number of terms holds 1e-15 at t = 4.
double mills_correction(double t) {
    const int terms = 12 + static_cast<int>(200 / (t * t));
    double tail = 0;
    for (int k = terms; k >= 1; --k) {
        tail = k / (t + tail);
    }
    return tail;
}

double finite_or_minus_infinity(double value) {
    return std::isfinite(value) ? value : kMinusInfinity;
}

}  // namespace

double normal_cdf(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// With t = -z and Mills' ratio R = 1 / (t + c): phi + z Phi = phi (1 - t R) = phi c / (t + c).
double log_improvement(double z) {
    if (z > kTail) {
        return std::log(normal_density(z) + z * normal_cdf(z));
    }
    const double t = -z;
    const double c = mills_correction(t);
    return -0.5 * z * z - kLogSqrt2Pi + std::log(c) - std::log(t + c);
}

double log_improvement_slope(double z) {
    if (z > kTail) {
        return normal_cdf(z) / (normal_density(z) + z * normal_cdf(z));
    }
    return 1 / mills_correction(-z);  // Phi = phi / (t + c)
}

double log_normal_cdf(double z) {
    if (z > kTail) {
        return std::log(normal_cdf(z));
    }
    return -0.5 * z * z - kLogSqrt2Pi - std::log(mills_correction(-z) - z);
}

double log_normal_cdf_slope(double z) {
    if (z > kTail) {
        return normal_density(z) / normal_cdf(z);
    }
    return mills_correction(-z) - z;
}

double normal_quantile(double p) {
    return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p);
}

double Feasibility::log_chance(const Eigen::VectorXd& point) const {
    const Prediction label = model_.predict(point);
    return log_normal_cdf((prior_mean_ + label.mean) / std::sqrt(1 + label.variance));
}

double Feasibility::log_chance(const Eigen::VectorXd& point, Eigen::VectorXd& slope) const {
    Eigen::VectorXd mean_slope;
    Eigen::VectorXd variance_slope;
    const Prediction label = model_.predict(point, mean_slope, variance_slope);
    const double scale = std::sqrt(1 + label.variance);
    const double z = (prior_mean_ + label.mean) / scale;
    const Eigen::VectorXd z_slope = mean_slope / scale - 0.5 * z / (scale * scale) * variance_slope;
    slope = log_normal_cdf_slope(z) * z_slope;
    return log_normal_cdf(z);
}

Eigen::VectorXd Feasibility::log_chances(const Eigen::MatrixXd& points) const {
    const Predictions labels = model_.predict_all(points);
    Eigen::VectorXd chances(points.rows());
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        chances[i] =
            log_normal_cdf((prior_mean_ + labels.mean[i]) / std::sqrt(1 + labels.variance[i]));
    }
    return chances;
}

double Acquisition::of(double mean, double variance) const {
    const double log_deviation = 0.5 * std::log(variance);
    return kind_ == Kind::uncertainty
               ? log_deviation
               : log_deviation + log_improvement((best_ - mean) / std::sqrt(variance));
}

double Acquisition::value(const Eigen::VectorXd& point) const {
    const Prediction prediction = model_->predict(point);
    const double chance = feasibility_ == nullptr ? 0 : feasibility_->log_chance(point);
    return finite_or_minus_infinity(of(prediction.mean, prediction.variance) + chance);
}

double Acquisition::value(const Eigen::VectorXd& point, Eigen::VectorXd& slope) const {
    Eigen::VectorXd mean_slope;
    Eigen::VectorXd variance_slope;
    const Prediction prediction = model_->predict(point, mean_slope, variance_slope);
    const double variance = prediction.variance;
    double total = of(prediction.mean, variance);
    if (kind_ == Kind::uncertainty) {
        slope = variance_slope / (2 * variance);
    } else {
        // z = (best - m) / s, s = sqrt(v): dz = -dm / s - z dv / (2 v).
        const double deviation = std::sqrt(variance);
        const double z = (best_ - prediction.mean) / deviation;
        const double h = log_improvement_slope(z);
        slope = (1 - h * z) / (2 * variance) * variance_slope - h / deviation * mean_slope;
    }
    if (feasibility_ != nullptr) {
        Eigen::VectorXd chance_slope;
        total += feasibility_->log_chance(point, chance_slope);
        slope += chance_slope;
    }
    return finite_or_minus_infinity(total);
}

Eigen::VectorXd Acquisition::values(const Eigen::MatrixXd& points) const {
    const Predictions predictions = model_->predict_all(points);
    Eigen::VectorXd values(points.rows());
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        values[i] = of(predictions.mean[i], predictions.variance[i]);
    }
    if (feasibility_ != nullptr) {
        values += feasibility_->log_chances(points);
    }
    return values.unaryExpr([](double value) { return finite_or_minus_infinity(value); });
}

}  // namespace tuner
