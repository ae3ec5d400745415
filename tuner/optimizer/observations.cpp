#include "tuner/optimizer/observations.h"

#include "tuner/optimizer/kernel.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace tuner {

namespace {

bool is_failure(const Trial& trial) {
    return trial.state == TrialState::failed &&
           !(trial.failure && trial.failure->kind == FailureKind::lost);
}

double squared_distance(
    const std::vector<ColumnKind>& columns, const EncodedPoint& a, const EncodedPoint& b
) {
    double sum = 0;
    for (std::size_t k = 0; k < columns.size(); ++k) {
        sum += squared_difference(columns[k], a[k], b[k]);
    }
    return sum;
}

// The first `count` of the rows in the order of `key`, ties by row.
std::vector<std::size_t> smallest(const std::vector<double>& key, std::size_t count) {
    std::vector<std::size_t> rows(key.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        return key[a] < key[b];
    });
    rows.resize(std::min(count, rows.size()));
    return rows;
}

// Adds the row that is farthest from all rows so far until there are `limit` of them.
void add_farthest(
    std::vector<std::size_t>& rows,
    const std::vector<ColumnKind>& columns,
    const std::vector<EncodedPoint>& points,
    std::size_t limit
) {
    std::vector<double> nearest(points.size(), std::numeric_limits<double>::infinity());
    const auto include = [&](std::size_t row) {
        for (std::size_t i = 0; i < points.size(); ++i) {
            nearest[i] = std::min(nearest[i], squared_distance(columns, points[i], points[row]));
        }
        nearest[row] = -1;
    };
    std::for_each(rows.begin(), rows.end(), include);
    while (rows.size() < limit) {
        const auto farthest = std::max_element(nearest.begin(), nearest.end());
        rows.push_back(static_cast<std::size_t>(farthest - nearest.begin()));
        include(rows.back());
    }
}

}  // namespace

Observations observe(const UnitCube& cube, const History& history) {
    Observations seen;
    for (const Trial& trial : history.trials) {
        const auto point = cube.encode(trial.assignment);
        if (!point) {
            continue;
        }
        seen.taken.insert(*point);
        if (!is_final(trial.state)) {
            seen.pending.push_back(*point);
        } else if (trial.state == TrialState::pruned) {
            if (trial.forecast) {
                seen.results.push_back({*point, trial.forecast->mean, trial.forecast->sd});
            }
        } else if (const auto result = trial.objective(); result && std::isfinite(*result)) {
            seen.results.push_back({*point, *result, 0});
        } else if (is_failure(trial) || result) {
            seen.failed.push_back(*point);
        }
    }
    seen.started = seen.results.size() + seen.pending.size() + seen.failed.size();
    if (seen.pending.size() > kMaxPendingModelled) {
        const auto surplus = static_cast<std::ptrdiff_t>(seen.pending.size() - kMaxPendingModelled);
        seen.pending.erase(seen.pending.begin(), seen.pending.begin() + surplus);
    }
    std::sort(seen.results.begin(), seen.results.end());
    std::sort(seen.pending.begin(), seen.pending.end());
    std::sort(seen.failed.begin(), seen.failed.end());
    return seen;
}

std::vector<std::size_t> choose_rows(
    const std::vector<ColumnKind>& columns,
    const std::vector<EncodedPoint>& points,
    const std::vector<double>& values,
    std::size_t limit
) {
    std::vector<std::size_t> rows(points.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    if (points.size() <= limit) {
        return rows;
    }
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    rows = smallest(values, limit / 3);
    std::vector<double> from_best(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        from_best[i] = squared_distance(columns, points[i], points[rows.front()]);
    }
    for (const std::size_t row : rows) {
        from_best[row] = kInfinity;
    }
    const auto near = smallest(from_best, limit / 3);
    rows.insert(rows.end(), near.begin(), near.end());
    add_farthest(rows, columns, points, limit);
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace tuner
