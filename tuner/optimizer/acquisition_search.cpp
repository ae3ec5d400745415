#include "tuner/optimizer/acquisition_search.h"

#include "tuner/optimizer/candidates.h"
#include "tuner/optimizer/minimize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tuner {

namespace {

// What a point is worth that has been tried.
constexpr double kTaken = -std::numeric_limits<double>::infinity();
// An improvement smaller than this ends a refinement; the acquisition is a logarithm.
constexpr double kImprovement = 1e-6;
constexpr double kLbfgsTolerance = 1e-7;
constexpr int kDoublingRounds = 10;

double largest_difference(const EncodedPoint& a, const EncodedPoint& b) {
    double largest = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        largest = std::max(largest, std::abs(a[k] - b[k]));
    }
    return largest;
}

Eigen::VectorXd to_vector_of(const EncodedPoint& point) {
    return Eigen::Map<const Eigen::VectorXd>(point.data(), static_cast<Eigen::Index>(point.size()));
}

}  // namespace

AcquisitionSearch::AcquisitionSearch(
    const UnitCube& cube,
    const Acquisition& acquisition,
    const std::set<EncodedPoint>& taken,
    Eigen::VectorXd lengths,
    const SearchOptions& options
)
    : cube_(cube),
      acquisition_(acquisition),
      taken_(taken),
      lengths_(std::move(lengths)),
      options_(options) {}

std::vector<double> AcquisitionSearch::evaluate(const std::vector<EncodedPoint>& points) const {
    const auto columns = static_cast<Eigen::Index>(cube_.columns().size());
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(points.size()), columns);
    for (std::size_t i = 0; i < points.size(); ++i) {
        matrix.row(static_cast<Eigen::Index>(i)) = to_vector_of(points[i]).transpose();
    }
    const Eigen::VectorXd values = acquisition_.values(matrix);
    std::vector<double> result(values.begin(), values.end());
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (taken_.contains(points[i])) {
            result[i] = kTaken;
        }
    }
    return result;
}

std::optional<FoundPoint> AcquisitionSearch::best_of(const std::vector<EncodedPoint>& points
) const {
    const std::vector<double> values = evaluate(points);
    std::optional<FoundPoint> best;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool better = !best || values[i] > best->value ||
                            (values[i] == best->value && points[i] < best->point);
        if (values[i] > kTaken && better) {
            best = FoundPoint{points[i], values[i]};
        }
    }
    return best;
}

std::optional<FoundPoint> AcquisitionSearch::search(
    const std::vector<EncodedPoint>& anchors, Rng& rng
) const {
    std::optional<FoundPoint> best;
    for (State& state : choose_starts(make_candidates(cube_, anchors, options_, rng))) {
        refine(state);
        const FoundPoint& found = state.found;
        const bool better = !best || found.value > best->value ||
                            (found.value == best->value && found.point < best->point);
        if (found.value > kTaken && better) {
            best = found;
        }
    }
    return best;
}

std::vector<AcquisitionSearch::State> AcquisitionSearch::choose_starts(
    const std::vector<LatentPoint>& candidates
) const {
    std::vector<EncodedPoint> points;
    for (const LatentPoint& latent : candidates) {
        points.push_back(cube_.snap(latent));
    }
    const std::vector<double> values = evaluate(points);
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return values[a] != values[b] ? values[a] > values[b] : points[a] < points[b];
    });
    std::vector<State> starts;
    const auto add = [&](std::size_t i) {
        const bool apart = std::all_of(starts.begin(), starts.end(), [&](const State& other) {
            return largest_difference(other.found.point, points[i]) > options_.refined_apart;
        });
        if (apart) {
            starts.push_back({candidates[i], {points[i], values[i]}});
        }
    };
    for (std::size_t i = 0; i < order.size() && std::ssize(starts) < options_.refined; ++i) {
        add(order[i]);
    }
    // The first candidate is the best result, where there is one.
    add(0);
    return starts;
}

void AcquisitionSearch::refine(State& state) const {
    const auto& axes = cube_.axes();
    for (int round = 0; round < options_.refine_rounds; ++round) {
        bool improved = refine_reals(state);
        const std::vector<bool> active = cube_.active_axes(state.found.point);
        for (std::size_t a = 0; a < axes.size(); ++a) {
            if (active[a] && axes[a].kind() == AxisKind::levels) {
                improved = refine_levels(state, a) || improved;
            } else if (active[a] && axes[a].kind() == AxisKind::choice) {
                improved = refine_choice(state, a) || improved;
            }
        }
        if (round == 0) {
            for (std::size_t a = 0; a < axes.size(); ++a) {
                for (std::size_t b = a + 1; b < axes.size(); ++b) {
                    improved = refine_pair(state, a, b) || improved;
                }
            }
        }
        if (!improved) {
            return;
        }
    }
}

// Moves to the best of the candidates if that is better.
bool AcquisitionSearch::improve(State& state, const std::vector<LatentPoint>& candidates) const {
    std::vector<EncodedPoint> points;
    for (const LatentPoint& latent : candidates) {
        points.push_back(cube_.snap(latent));
    }
    const std::vector<double> values = evaluate(points);
    const auto best = std::max_element(values.begin(), values.end());
    if (best == values.end() || !(*best > state.found.value + kImprovement)) {
        return false;
    }
    const auto index = static_cast<std::size_t>(best - values.begin());
    state = {candidates[index], {points[index], *best}};
    return true;
}

bool AcquisitionSearch::refine_reals(State& state) const {
    const auto& axes = cube_.axes();
    const std::vector<bool> active = cube_.active_axes(state.found.point);
    std::vector<std::size_t> moving;
    Box box;
    std::vector<double> start;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        if (active[a] && axes[a].kind() == AxisKind::real) {
            // In units of the lengthscale all directions are about equally curved.
            const double length = lengths_[static_cast<Eigen::Index>(a)];
            moving.push_back(a);
            box.low.push_back(0);
            box.high.push_back(1 / length);
            start.push_back(state.found.point[a] / length);
        }
    }
    Eigen::VectorXd point = to_vector_of(state.found.point);
    Eigen::VectorXd slope;
    const auto cost = [&](std::span<const double> at, std::span<double> gradient) {
        for (std::size_t i = 0; i < moving.size(); ++i) {
            const auto column = static_cast<Eigen::Index>(moving[i]);
            point[column] = at[i] * lengths_[column];
        }
        const double value = acquisition_.value(point, slope);
        for (std::size_t i = 0; i < moving.size(); ++i) {
            const auto column = static_cast<Eigen::Index>(moving[i]);
            gradient[i] = -slope[column] * lengths_[column];
        }
        return -value;
    };
    const Minimum found = minimize(cost, start, box, options_.refine_evaluations, kLbfgsTolerance);
    LatentPoint moved = state.latent;
    for (std::size_t i = 0; i < moving.size(); ++i) {
        moved[moving[i]] = found.at[i] * lengths_[static_cast<Eigen::Index>(moving[i])];
    }
    return improve(state, {moved});
}

bool AcquisitionSearch::refine_levels(State& state, std::size_t axis) const {
    const Axis& levels = cube_.axes()[axis];
    const std::uint64_t count = levels.level_count();
    bool improved = false;
    for (int round = 0; round < kDoublingRounds; ++round) {
        const std::uint64_t here = levels.level_of(state.latent[axis]);
        std::vector<LatentPoint> candidates;
        const auto add = [&](std::uint64_t level) {
            candidates.push_back(state.latent);
            candidates.back()[axis] = levels.position_of_level(level);
        };
        if (count <= static_cast<std::uint64_t>(options_.scan_levels)) {
            for (std::uint64_t level = 0; level < count; ++level) {
                add(level);
            }
            return improve(state, candidates);
        }
        for (std::uint64_t step = 1; step < count; step *= 2) {
            if (here >= step) {
                add(here - step);
            }
            if (here + step < count) {
                add(here + step);
            }
        }
        if (!improve(state, candidates)) {
            return improved;
        }
        improved = true;
    }
    return improved;
}

bool AcquisitionSearch::refine_choice(State& state, std::size_t axis) const {
    const std::uint64_t count = std::min(
        cube_.axes()[axis].level_count(), static_cast<std::uint64_t>(options_.scan_choices)
    );
    std::vector<LatentPoint> candidates(count, state.latent);
    for (std::uint64_t c = 0; c < count; ++c) {
        candidates[c][axis] = static_cast<double>(c);
    }
    return improve(state, candidates);
}

// Two choices may only be worth changing together.
bool AcquisitionSearch::refine_pair(State& state, std::size_t first, std::size_t second) const {
    const Axis& a = cube_.axes()[first];
    const Axis& b = cube_.axes()[second];
    const auto limit = static_cast<std::uint64_t>(options_.scan_pairs);
    if (a.kind() != AxisKind::choice || b.kind() != AxisKind::choice ||
        a.level_count() > limit / b.level_count()) {
        return false;
    }
    std::vector<LatentPoint> candidates;
    for (std::uint64_t i = 0; i < a.level_count(); ++i) {
        for (std::uint64_t j = 0; j < b.level_count(); ++j) {
            candidates.push_back(state.latent);
            candidates.back()[first] = static_cast<double>(i);
            candidates.back()[second] = static_cast<double>(j);
        }
    }
    return improve(state, candidates);
}

}  // namespace tuner
