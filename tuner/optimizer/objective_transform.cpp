#include "tuner/optimizer/objective_transform.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tuner {

namespace {

constexpr double kFlat = 1e-12;             // relative range of results that count as all equal
constexpr double kClipRanges = 20;          // interquartile ranges above the median
constexpr double kDeviationRanges = 1.349;  // interquartile range of a normal distribution
constexpr double kLeastScale = 0.1;         // in standard deviations, where most are equal
constexpr double kAnswerRanges = 10;        // how far outside of the results an answer may lie
constexpr double kMaxPower = 5;
constexpr int kPowerSteps = 40;         // of the scan for the likeliest power
constexpr int kGoldenSteps = 30;        // of its refinement
constexpr double kLinearPower = 1e-8;   // powers so near 0 (or 2) are logarithms
constexpr std::size_t kFewResults = 3;  // fewer have no shape

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values, double mean) {
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return std::sqrt(squares / static_cast<double>(values.size()));
}

// Linear interpolation between the order statistics of sorted values.
double interpolated_quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double box_cox(double x, double power) {
    return std::abs(power) < kLinearPower ? std::log(x) : std::expm1(power * std::log(x)) / power;
}

double yeo_johnson(double x, double power) {
    return x >= 0 ? box_cox(1 + x, power) : -box_cox(1 - x, 2 - power);
}

double inverse_box_cox(double z, double power) {
    return std::abs(power) < kLinearPower ? std::exp(z)
                                          : std::exp(std::log1p(std::max(power * z, -1.0)) / power);
}

double inverse_yeo_johnson(double z, double power) {
    return z >= 0 ? inverse_box_cox(z, power) - 1 : 1 - inverse_box_cox(-z, 2 - power);
}

// The profile likelihood of a power: -n/2 ln var z + (sum of the logarithms of dz/dx).
template <class Warp, class LogSlope>
double likelihood(const std::vector<double>& values, const Warp& warp, const LogSlope& log_slope) {
    std::vector<double> warped(values.size());
    std::transform(values.begin(), values.end(), warped.begin(), warp);
    double slopes = 0;
    for (const double value : values) {
        slopes += log_slope(value);
    }
    const double deviation = deviation_of(warped, mean_of(warped));
    const double result = slopes - static_cast<double>(values.size()) * std::log(deviation);
    return std::isfinite(result) ? result : -std::numeric_limits<double>::infinity();
}

// The maximum on [-kMaxPower, kMaxPower]: a scan, then golden section around its best.
template <class Function>
double likeliest_power(const Function& f) {
    const double step = 2 * kMaxPower / kPowerSteps;
    double best = 1;
    double best_value = f(1.0);
    for (int i = 0; i <= kPowerSteps; ++i) {
        const double power = -kMaxPower + i * step;
        if (const double value = f(power); value > best_value) {
            best = power;
            best_value = value;
        }
    }
    const double ratio = 0.6180339887498949;  // 1 / golden section
    double low = std::max(best - step, -kMaxPower);
    double high = std::min(best + step, kMaxPower);
    for (int i = 0; i < kGoldenSteps; ++i) {
        const double left = high - ratio * (high - low);
        const double right = low + ratio * (high - low);
        (f(left) < f(right) ? low : high) = f(left) < f(right) ? left : right;
    }
    const double refined = (low + high) / 2;
    return f(refined) > best_value ? refined : best;
}

}  // namespace

ObjectiveTransform ObjectiveTransform::fit(
    const std::vector<double>& results, Goal goal, BayesianOptions::Transform kind
) {
    ObjectiveTransform transform;
    transform.sign_ = goal == Goal::minimize ? 1 : -1;
    if (results.empty()) {
        return transform;
    }
    transform.constant_value_ = results.front();
    double largest = 0;
    for (const double result : results) {
        largest = std::max(largest, std::abs(result));
    }
    if (largest > 0) {
        transform.exponent_ = std::ilogb(largest);
    }
    std::vector<double> working;
    for (const double result : results) {
        working.push_back(transform.to_working(result));
    }
    std::sort(working.begin(), working.end());
    const double range = working.back() - working.front();
    if (range > kFlat * std::abs(interpolated_quantile(working, 0.5))) {
        transform.constant_ = false;
        transform.choose_scale(working, kind);
        transform.choose_power(working);
    }
    return transform;
}

// Clips, centres and scales sorted working values, and says which shape they may take.
void ObjectiveTransform::choose_scale(
    std::vector<double>& working, BayesianOptions::Transform kind
) {
    const double median = interpolated_quantile(working, 0.5);
    const double spread =
        interpolated_quantile(working, 0.75) - interpolated_quantile(working, 0.25);
    const double clip = spread > 0 ? median + kClipRanges * spread : working.back();
    for (double& value : working) {
        value = std::min(value, clip);
    }
    const double deviation = deviation_of(working, mean_of(working));
    // Box-Cox and plain standardisation keep the zero of the objective.
    scale_ = deviation;
    if (kind == BayesianOptions::Transform::affine_power) {
        center_ = median;
        scale_ = std::max(spread / kDeviationRanges, kLeastScale * deviation);
    }
    for (double& value : working) {
        value = (value - center_) / scale_;
    }
    clip_ = working.back();
    const double reach = kAnswerRanges * (working.back() - working.front());
    lowest_ = working.front() - reach;
    highest_ = working.back() + reach;
    if (kind != BayesianOptions::Transform::standardize && working.size() >= kFewResults) {
        const bool positive = kind == BayesianOptions::Transform::power && working.front() > 0;
        shape_ = positive ? Shape::box_cox : Shape::yeo_johnson;
    }
}

void ObjectiveTransform::choose_power(const std::vector<double>& working) {
    if (shape_ == Shape::box_cox) {
        lowest_ = std::max(lowest_, working.front() / kAnswerRanges);
        power_ = likeliest_power([&](double power) {
            return likelihood(
                working,
                [=](double x) { return box_cox(x, power); },
                [=](double x) { return (power - 1) * std::log(x); }
            );
        });
    } else if (shape_ == Shape::yeo_johnson) {
        power_ = likeliest_power([&](double power) {
            return likelihood(
                working,
                [=](double x) { return yeo_johnson(x, power); },
                [=](double x) { return (power - 1) * std::copysign(std::log1p(std::abs(x)), x); }
            );
        });
    }
    const auto standardize = [&] {
        std::vector<double> warped;
        for (const double x : working) {
            warped.push_back(warp(x));
        }
        mean_ = mean_of(warped);
        deviation_ = deviation_of(warped, mean_);
        return std::isfinite(mean_) && std::isfinite(deviation_) && deviation_ > 0;
    };
    if (!standardize()) {
        shape_ = Shape::linear;
        standardize();
    }
}

// The result in the direction and magnitude that the transform works on, before centring.
double ObjectiveTransform::to_working(double result) const {
    return sign_ * std::ldexp(result, -exponent_);
}

double ObjectiveTransform::warp(double x) const {
    switch (shape_) {
        case Shape::box_cox:
            return box_cox(x, power_);
        case Shape::yeo_johnson:
            return yeo_johnson(x, power_);
        case Shape::linear:
            break;
    }
    return x;
}

double ObjectiveTransform::unwarp(double z) const {
    switch (shape_) {
        case Shape::box_cox:
            return inverse_box_cox(z, power_);
        case Shape::yeo_johnson:
            return inverse_yeo_johnson(z, power_);
        case Shape::linear:
            break;
    }
    return z;
}

double ObjectiveTransform::apply(double result) const {
    if (constant_) {
        return 0;
    }
    const double x = std::min((to_working(result) - center_) / scale_, clip_);
    return (warp(x) - mean_) / deviation_;
}

double ObjectiveTransform::invert(double standardized) const {
    // Where the warp ends before the prediction does, the end is the answer.
    const double z = std::clamp(mean_ + deviation_ * standardized, warp(lowest_), warp(highest_));
    const double x = std::clamp(unwarp(z), lowest_, highest_);
    const double result = std::ldexp(sign_ * (center_ + scale_ * x), exponent_);
    constexpr double kLargest = std::numeric_limits<double>::max();
    return std::clamp(result, -kLargest, kLargest);
}

ObjectivePrediction ObjectiveTransform::predict(const Prediction& prediction) const {
    if (constant_) {
        return {constant_value_, 0};
    }
    const double sd = std::sqrt(prediction.variance);
    const double above = invert(prediction.mean + sd);
    const double below = invert(prediction.mean - sd);
    return {invert(prediction.mean), std::abs(above / 2 - below / 2)};
}

}  // namespace tuner
