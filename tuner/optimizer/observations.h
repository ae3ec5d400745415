// Observations is what a history teaches a model: results at points, points being evaluated, and
// points that failed. Trials that say nothing in this space (their values lie outside of it) are
// left out.
//
// Completed trials are results, and so are pruned ones: with what they would probably have come to,
// which is as uncertain as their forecast says, and never with what they last reported. Those
// without a forecast say nothing but that they are taken. Failed trials are failures unless the
// machine lost them; cancelled ones are nothing. Every list is sorted by value, so the order of the
// history does not show. Plain values.

#pragma once

#include "tuner/optimizer/unit_cube.h"
#include "tuner/study/history.h"

#include <set>
#include <vector>

namespace tuner {

struct Observation {
    EncodedPoint point;
    double result = 0;
    double sd = 0;  // of a forecast; 0 for what was measured

    friend auto operator<=>(const Observation&, const Observation&) = default;
};

struct Observations {
    std::vector<Observation> results;
    std::vector<EncodedPoint> pending;
    std::vector<EncodedPoint> failed;
    std::set<EncodedPoint> taken;  // all of the above, and lost and cancelled trials
    std::size_t started = 0;       // trials that count as suggestions: results, pending, failed
};

// At most kMaxPendingModelled pending points are told of: those of the latest trials.
inline constexpr std::size_t kMaxPendingModelled = 200;

Observations observe(const UnitCube& cube, const History& history);

// At most `limit` of the rows 0 … n-1, ascending: a third the smallest `values`, a third the
// nearest to the smallest, the rest as far from all others as possible (Gonzalez' farthest-first
// traversal). Points by the distance of kernel.h with equal lengths.
std::vector<std::size_t> choose_rows(
    const std::vector<ColumnKind>& columns,
    const std::vector<EncodedPoint>& points,
    const std::vector<double>& values,
    std::size_t limit
);

}  // namespace tuner
