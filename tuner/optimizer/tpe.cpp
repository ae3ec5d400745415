#include "tuner/optimizer/tpe.h"

#include "tuner/optimizer/acquisition.h"
#include "tuner/optimizer/draw.h"
#include "tuner/optimizer/observations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tuner {

namespace {

// The logarithm of what makes a normal density around `center` a density on [0, 1].
double log_truncation(double center, double deviation) {
    const double inside = normal_cdf((1 - center) / deviation) - normal_cdf(-center / deviation);
    return -std::log(deviation * std::sqrt(2 * std::numbers::pi)) - std::log(inside);
}

double draw_truncated(double center, double deviation, Rng& rng) {
    while (true) {
        const double u = center + deviation * rng.normal();
        if (u >= 0 && u <= 1) {
            return u;
        }
    }
}

// The good points and all others, those that are pending or failed included.
struct Split {
    std::vector<EncodedPoint> good;
    std::vector<EncodedPoint> rest;
};

Split split(const Observations& seen, Goal goal, const TpeOptions& options) {
    std::vector<Observation> results = seen.results;
    std::stable_sort(results.begin(), results.end(), [&](const auto& a, const auto& b) {
        return is_better(goal, a.result, b.result);
    });
    const double share = std::ceil(options.good_share * static_cast<double>(results.size()));
    const std::size_t count = std::min(static_cast<std::size_t>(share), options.good_max);
    Split split;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const bool is_good = i < count && results[i].sd == 0;  // no forecast is
        (is_good ? split.good : split.rest).push_back(results[i].point);
    }
    split.rest.insert(split.rest.end(), seen.pending.begin(), seen.pending.end());
    split.rest.insert(split.rest.end(), seen.failed.begin(), seen.failed.end());
    return split;
}

}  // namespace

ParzenDensity::ParzenDensity(
    const UnitCube& cube, std::vector<EncodedPoint> centers, const TpeOptions& options
)
    : cube_(cube), centers_(std::move(centers)), prior_weight_(options.prior_weight) {
    const auto n = static_cast<double>(std::max<std::size_t>(centers_.size(), 1));
    const auto d = static_cast<double>(cube.axes().size());
    bandwidth_ = options.bandwidth * std::pow(n, -1 / (d + 4));
    for (EncodedPoint& center : centers_) {
        active_.push_back(cube.active_axes(center));
        std::vector<double> factors;
        for (std::size_t a = 0; a < cube.axes().size(); ++a) {
            if (cube.columns()[a] == ColumnKind::number) {
                center[a] = std::clamp(center[a], 0.0, 1.0);  // of a range that was edited
            }
            factors.push_back(log_truncation(center[a], bandwidth_));
        }
        log_factors_.push_back(std::move(factors));
    }
}

double ParzenDensity::log_kernel(
    std::size_t center, const EncodedPoint& point, const std::vector<bool>& active
) const {
    double sum = 0;
    for (std::size_t a = 0; a < cube_.axes().size(); ++a) {
        if (!active[a]) {
            continue;
        }
        const bool is_choice = cube_.columns()[a] == ColumnKind::choice;
        const auto categories = static_cast<double>(cube_.axes()[a].level_count());
        if (!active_[center][a]) {
            sum -= is_choice ? std::log(categories) : 0;
        } else if (is_choice) {
            const double flat = prior_weight_ / static_cast<double>(centers_.size());
            const double own = point[a] == centers_[center][a] ? 1 : 0;
            sum += std::log((own + flat) / (1 + categories * flat));
        } else {
            const double z = (point[a] - centers_[center][a]) / bandwidth_;
            sum += log_factors_[center][a] - 0.5 * z * z;
        }
    }
    return sum;
}

double ParzenDensity::log_density(const EncodedPoint& point) const {
    const std::vector<bool> active = cube_.active_axes(point);
    double flat = std::log(prior_weight_);
    for (std::size_t a = 0; a < cube_.axes().size(); ++a) {
        const bool is_choice = cube_.columns()[a] == ColumnKind::choice;
        const auto categories = static_cast<double>(cube_.axes()[a].level_count());
        flat -= active[a] && is_choice ? std::log(categories) : 0;
    }
    std::vector<double> terms{flat};
    for (std::size_t i = 0; i < centers_.size(); ++i) {
        terms.push_back(log_kernel(i, point, active));
    }
    const double largest = *std::max_element(terms.begin(), terms.end());
    double sum = 0;
    for (const double term : terms) {
        sum += std::exp(term - largest);
    }
    return largest + std::log(sum) - std::log(static_cast<double>(centers_.size()) + prior_weight_);
}

LatentPoint ParzenDensity::draw(Rng& rng) const {
    LatentPoint latent = draw_latent(cube_, rng);
    const double total = static_cast<double>(centers_.size()) + prior_weight_;
    const double pick = rng.uniform() * total;
    if (pick >= static_cast<double>(centers_.size())) {
        return latent;
    }
    const auto center = static_cast<std::size_t>(pick);
    const double flat = prior_weight_ / static_cast<double>(centers_.size());
    for (std::size_t a = 0; a < latent.size(); ++a) {
        if (!active_[center][a]) {
            continue;
        }
        if (cube_.columns()[a] == ColumnKind::number) {
            latent[a] = draw_truncated(centers_[center][a], bandwidth_, rng);
        } else {
            const auto categories = static_cast<double>(cube_.axes()[a].level_count());
            const bool own = rng.uniform() * (1 + categories * flat) < 1;
            latent[a] = own ? centers_[center][a] : latent[a];
        }
    }
    return latent;
}

namespace {

// The candidate of the largest ratio of densities; nothing when all that were drawn are taken.
std::optional<EncodedPoint> best_candidate(
    const UnitCube& cube, const Observations& seen, Goal goal, const TpeOptions& options, Rng& rng
) {
    const Split parts = split(seen, goal, options);
    const ParzenDensity good(cube, parts.good, options);
    const ParzenDensity rest(cube, parts.rest, options);
    std::optional<EncodedPoint> best;
    double best_ratio = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < options.candidates; ++i) {
        const EncodedPoint point = cube.snap(good.draw(rng));
        const double ratio = good.log_density(point) - rest.log_density(point);
        if (ratio > best_ratio && !seen.taken.contains(point)) {
            best_ratio = ratio;
            best = point;
        }
    }
    return best;
}

}  // namespace

std::vector<Suggestion> Tpe::suggest(const History& history, int count, Rng& rng) const {
    const UnitCube cube(history.config.space);
    const std::uint64_t seed = sobol_seed(history.config);
    const Goal goal = history.config.objective().goal;
    std::uint64_t index = sobol_points_used(history);
    Taken taken(history);
    Observations seen = observe(cube, history);
    const auto propose = [&]() -> std::optional<Suggestion> {
        if (seen.started < options_.design || seen.results.size() < 2) {
            auto drawn = draw_quasi_random(cube, seed, index++, taken, rng);
            return drawn ? std::optional(make_suggestion(*drawn, Origin::design, history))
                         : std::nullopt;
        }
        if (const auto best = best_candidate(cube, seen, goal, options_, rng)) {
            Assignment chosen = cube.decode(*best);
            if (taken.insert(chosen)) {
                return make_suggestion(std::move(chosen), Origin::model, history);
            }
        }
        auto drawn = draw_free(cube, taken, rng);
        return drawn ? std::optional(make_suggestion(*drawn, Origin::random, history))
                     : std::nullopt;
    };
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        auto suggestion = propose();
        if (!suggestion) {
            break;
        }
        if (const auto point = cube.encode(suggestion->assignment)) {
            seen.pending.push_back(*point);
            seen.taken.insert(*point);
        }
        ++seen.started;
        suggestion->provenance.pending += i;
        suggestions.push_back(std::move(*suggestion));
    }
    return suggestions;
}

}  // namespace tuner
