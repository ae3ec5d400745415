// UnitCube lays a search space out as points that a model can measure distances between, and finds
// the way back.
//
// There are two forms of a point. A *latent* point has a position for every axis, active or not:
// what samplers draw and searches move about in. An *encoded* point is what a model sees: snapped
// to values that exist, one column per axis and then one per group of conditional parameters that
// come and go together (1 when active, 0 when not). Two assignments are the same exactly when their
// encoded points are equal.
//
// An inactive number is encoded as 1/2 and an inactive choice as -1. With the group's own column
// this makes the squared distance of an active and an inactive child a sum of squares in a
// Euclidean space, so kernels on it stay positive definite; a constant instead (optimizer.md 3.2)
// would not be. Parameters with one value have no axis. Immutable; the space must outlive it.

#pragma once

#include "tuner/optimizer/axis.h"
#include "tuner/study/search_space.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tuner {

using LatentPoint = std::vector<double>;
using EncodedPoint = std::vector<double>;

// How a model measures the difference of two points in a column.
enum class ColumnKind {
    number,  // by the difference of positions
    choice,  // 0 when equal, else 1
};

inline constexpr double kInactiveNumber = 0.5;
inline constexpr double kInactiveChoice = -1;

class UnitCube {
  public:
    explicit UnitCube(const SearchSpace& space);

    const SearchSpace& space() const { return *space_; }

    // The parameters with more than one value, in the space's order.
    const std::vector<Axis>& axes() const { return axes_; }

    // The kind of each column of an encoded point: the axes, then the groups.
    const std::vector<ColumnKind>& columns() const { return columns_; }

    // The point of an assignment. Nothing when it lacks an active parameter or has a value that
    // says nothing in this space any more.
    std::optional<EncodedPoint> encode(const Assignment& assignment) const;

    // The nearest point that exists.
    EncodedPoint snap(const LatentPoint& latent) const;

    // The assignment of an encoded point; a member of the space.
    Assignment decode(const EncodedPoint& point) const;

    // The latent point of numbers of [0, 1), one per axis (Axis::spread).
    LatentPoint spread(std::span<const double> uniform) const;

    // A latent point of an encoded one: inactive positions are taken from `otherwise`.
    LatentPoint to_latent(const EncodedPoint& point, const LatentPoint& otherwise) const;

    // Which axes are active at an encoded point.
    std::vector<bool> active_axes(const EncodedPoint& point) const;

  private:
    // A parameter that may be a child's parent (several may share the name), and at which of its
    // positions the child is active.
    struct Gate {
        std::size_t parent = 0;
        bool always = false;  // the parent has one value, and it is one of those asked for
        std::vector<double> positions;
    };

    std::vector<Gate> gates_of(std::size_t parameter) const;
    std::vector<bool> active_parameters(std::span<const double> positions) const;
    EncodedPoint finish(EncodedPoint positions) const;
    void add_groups();

    const SearchSpace* space_;
    std::vector<Axis> axes_;
    std::vector<std::optional<std::size_t>> axis_of_;  // by parameter
    std::vector<std::vector<Gate>> gates_;             // by parameter; empty: always active
    std::vector<std::size_t> groups_;                  // a parameter of each group
    std::vector<ColumnKind> columns_;
};

}  // namespace tuner
