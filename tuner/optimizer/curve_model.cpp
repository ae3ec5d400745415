#include "tuner/optimizer/curve_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tuner {

namespace {

enum class Family { pow3, log_power, exp3 };

struct Shape {
    Family family;
    double number;
};

// Slow to fast; judgement.
constexpr std::array<Shape, kCurveShapes> kShapes{{
    {Family::pow3, 0.25},
    {Family::pow3, 0.5},
    {Family::pow3, 1},
    {Family::pow3, 2},
    {Family::log_power, 0.03},
    {Family::log_power, 0.1},
    {Family::log_power, 0.3},
    {Family::log_power, 1},
    {Family::exp3, 1},
    {Family::exp3, 3},
    {Family::exp3, 10},
    {Family::exp3, 30},
}};

// Of a's prior, as a share of its mean; and of the noise, as a share of the curves' extent. Neither
// may be nothing, however alike the completed trials are.
constexpr double kLeastSpread = 0.1;
constexpr double kLeastNoise = 1e-3;
constexpr double kErrorShare = 0.8;
constexpr double kErrorQuantile = 1.2815515655446004;  // of |z|, z standard normal

double raw_shape(const Shape& shape, double u) {
    switch (shape.family) {
        case Family::pow3:
            return std::pow(u, -shape.number);
        case Family::log_power:
            return 1 / (1 + u * u / (shape.number * shape.number));
        case Family::exp3:
            break;
    }
    return std::exp(-shape.number * u);
}

double shape_at(std::size_t shape, double u) {
    return raw_shape(kShapes[shape], u) - raw_shape(kShapes[shape], 1);
}

// The share of `values` that is at most this.
double empirical_quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    const double place = std::ceil(share * static_cast<double>(values.size()));
    return values[std::max<std::size_t>(static_cast<std::size_t>(place), 1) - 1];
}

// The normal equations of one shape, solved: F given the data.
struct Posterior {
    double mean = 0;
    double variance = 0;
    double log_evidence = 0;  // up to what all shapes share
};

}  // namespace

CurveModel::Path CurveModel::path_of(const TrialCurve& trial, double end) const {
    const auto& points = trial.curve.points();
    const auto at = [&](const CurvePoint& point) {
        return static_cast<double>(counts_ ? point.count : point.step);
    };
    const double first = at(points.front());
    const auto intervals = static_cast<double>(points.back().count - points.front().count);
    const double spacing =
        intervals > 0 ? (at(points.back()) - first) / intervals : std::max(first, 1.0);
    Path path;
    for (const CurvePoint& point : points) {
        const double share = (at(point) - first + spacing) / (end - first + spacing);
        path.shares.push_back(share);
        path.values.push_back(goal_ == Goal::minimize ? point.value : -point.value);
    }
    return path;
}

std::optional<CurveModel> CurveModel::learn(const CurveBook& book) {
    CurveModel model;
    model.goal_ = book.goal();
    model.counts_ = book.counts_measurements();
    const auto& completed = book.completed();
    for (std::size_t i = completed.size(); i-- > 0 && model.learnt_.size() < kCurvesLearnt;) {
        const TrialCurve& trial = book.trial(completed[i]);
        if (trial.curve.points().size() >= 2) {
            const auto end = static_cast<double>(book.progress(trial.curve.points().back()));
            model.learnt_.push_back(model.path_of(trial, end));
        }
    }
    if (model.learnt_.size() < 2) {
        return std::nullopt;
    }
    model.horizon_ = static_cast<double>(*book.horizon());
    model.scale_ = 0;
    for (const Path& path : model.learnt_) {
        const auto [low, high] = std::minmax_element(path.values.begin(), path.values.end());
        model.scale_ = std::max(model.scale_, *high - *low);
    }
    model.scale_ = std::isfinite(model.scale_) && model.scale_ > 0 ? model.scale_ : 1;
    for (std::size_t shape = 0; shape < kCurveShapes; ++shape) {
        model.learn_shape(shape);
    }
    return model;
}

void CurveModel::learn_shape(std::size_t shape) {
    std::vector<double> gains;
    std::vector<double> rests;
    for (const Path& path : learnt_) {
        double hh = 0;
        double hy = 0;
        double weight = 0;
        for (std::size_t i = 0; i < path.shares.size(); ++i) {
            const double h = shape_at(shape, path.shares[i]);
            hh += path.shares[i] * h * h;
            hy += path.shares[i] * h * (path.values[i] - path.values.back());
            weight += path.shares[i];
        }
        const double gain = hh > 0 ? hy / hh : 0;
        double rest = 0;
        for (std::size_t i = 0; i < path.shares.size(); ++i) {
            const double h = shape_at(shape, path.shares[i]);
            const double miss = path.values[i] - path.values.back() - gain * h;
            rest += path.shares[i] * miss * miss;
        }
        gains.push_back(gain);
        rests.push_back(rest / weight);
    }
    const auto n = static_cast<double>(gains.size());
    const double mean = std::accumulate(gains.begin(), gains.end(), 0.0) / n;
    double squares = 0;
    for (const double gain : gains) {
        squares += (gain - mean) * (gain - mean);
    }
    const double least = kLeastNoise * scale_;
    priors_[shape] = {
        mean,
        squares / (n - 1) + kLeastSpread * kLeastSpread * mean * mean + least * least,
        empirical_quantile(rests, 0.5) + least * least};
}

// y is taken relative to its last value, which keeps the sums clear of cancellation.
Forecast CurveModel::extrapolate(const Path& path) const {
    const double origin = path.values.back();
    std::array<Posterior, kCurveShapes> posteriors;
    for (std::size_t s = 0; s < kCurveShapes; ++s) {
        const ShapePrior& prior = priors_[s];
        double w = 0;
        double wh = 0;
        double whh = 1 / prior.variance;
        double wy = 0;
        double why = prior.gain / prior.variance;
        double wyy = prior.gain * prior.gain / prior.variance;
        for (std::size_t i = 0; i < path.shares.size(); ++i) {
            const double weight = path.shares[i] / prior.noise;
            const double h = shape_at(s, path.shares[i]);
            const double y = path.values[i] - origin;
            w += weight;
            wh += weight * h;
            whh += weight * h * h;
            wy += weight * y;
            why += weight * h * y;
            wyy += weight * y * y;
        }
        const double determinant = w * whh - wh * wh;
        const double end = (whh * wy - wh * why) / determinant;
        const double gain = (w * why - wh * wy) / determinant;
        const double unexplained = wyy - end * wy - gain * why;
        const auto n = static_cast<double>(path.shares.size());
        posteriors[s] = {
            end,
            whh / determinant,
            -0.5 * (unexplained + std::log(determinant) + std::log(prior.variance) +
                    n * std::log(prior.noise))};
    }
    double largest = posteriors[0].log_evidence;
    for (const Posterior& posterior : posteriors) {
        largest = std::max(largest, posterior.log_evidence);
    }
    double total = 0;
    double mean = 0;
    double square = 0;
    for (const Posterior& posterior : posteriors) {
        const double weight = std::exp(posterior.log_evidence - largest);
        total += weight;
        mean += weight * posterior.mean;
        square += weight * (posterior.variance + posterior.mean * posterior.mean);
    }
    mean /= total;
    return {origin + mean, std::sqrt(std::max(square / total - mean * mean, 0.0))};
}

// How far off the model is on completed trials that it sees up to a share of their run.
double CurveModel::error_at(double share) const {
    share *= 1 + 1e-9;  // shares are rounded
    std::vector<double> errors;
    for (const Path& path : learnt_) {
        Path seen;
        for (std::size_t i = 0; i < path.shares.size() && path.shares[i] <= share; ++i) {
            seen.shares.push_back(path.shares[i]);
            seen.values.push_back(path.values[i]);
        }
        if (!seen.shares.empty()) {
            errors.push_back(std::abs(extrapolate(seen).mean - path.values.back()));
        }
    }
    return errors.empty() ? scale_
                          : empirical_quantile(std::move(errors), kErrorShare) / kErrorQuantile;
}

// What completed trials came to that had this value at this share of their run.
std::optional<Forecast> CurveModel::regress(double share, double value) const {
    share *= 1 + 1e-9;
    std::vector<double> then;
    std::vector<double> last;
    for (const Path& path : learnt_) {
        const auto after = std::upper_bound(path.shares.begin(), path.shares.end(), share);
        if (after != path.shares.begin()) {
            then.push_back(path.values[static_cast<std::size_t>(after - path.shares.begin()) - 1]);
            last.push_back(path.values.back());
        }
    }
    if (then.size() < kFewestRegressed) {
        return std::nullopt;
    }
    const auto n = static_cast<double>(then.size());
    const double x = std::accumulate(then.begin(), then.end(), 0.0) / n;
    const double y = std::accumulate(last.begin(), last.end(), 0.0) / n;
    double xx = 0;
    double xy = 0;
    for (std::size_t i = 0; i < then.size(); ++i) {
        xx += (then[i] - x) * (then[i] - x);
        xy += (then[i] - x) * (last[i] - y);
    }
    if (!(xx > 0)) {
        return std::nullopt;
    }
    const double slope = xy / xx;
    double rest = 0;
    for (std::size_t i = 0; i < then.size(); ++i) {
        rest += std::pow(last[i] - y - slope * (then[i] - x), 2);
    }
    const double off = value - x;
    const double variance = rest / (n - 2) * (1 + 1 / n + off * off / xx) * (n - 2) / (n - 4);
    return Forecast{y + slope * off, std::sqrt(variance)};
}

Forecast CurveModel::predict(const TrialCurve& trial) const {
    const auto& last = trial.curve.points().back();
    const double come = static_cast<double>(counts_ ? last.count : last.step);
    const Path path = path_of(trial, std::max(horizon_, come));
    Forecast end = extrapolate(path);
    end.sd = std::hypot(end.sd, error_at(path.shares.back()));
    const auto other = regress(path.shares.back(), path.values.back());
    if (other && (other->sd < end.sd || !std::isfinite(end.sd))) {
        end = *other;
    }
    end.sd = std::hypot(end.sd, kLeastNoise * scale_);
    end.mean = goal_ == Goal::minimize ? end.mean : -end.mean;
    return end;
}

}  // namespace tuner
