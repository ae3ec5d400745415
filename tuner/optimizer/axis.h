// An Axis is one parameter with more than one value, laid along [0, 1] (numbers) or numbered from 0
// (categories): the only place where a scale, a rounding or a category meets the optimizers'
// numbers.
//
// Numbers go by their scale (study/parameter.h); lists are spaced by value, on a logarithm when
// they span two decades or more. Integers and lists have levels, numbered from 0 in ascending
// order. Immutable; refers to the Parameter it was made of, which must outlive it.

#pragma once

#include "tuner/study/parameter.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

enum class AxisKind {
    real,    // any position in [0, 1]
    levels,  // integers and listed numbers: positions in [0, 1], only some of them
    choice,  // categories: positions 0, 1, …, without order
};

class Axis {
  public:
    // `index` is the parameter's place in its space. The parameter has at least two values.
    Axis(const Parameter& parameter, std::size_t index);

    AxisKind kind() const { return kind_; }

    // The parameter's place in its space.
    std::size_t parameter() const { return index_; }

    // How many levels or categories; 0 for a real axis.
    std::uint64_t level_count() const { return level_count_; }

    // Where a value lies: in [0, 1] for a value of the domain. For a number outside of it (the
    // range was edited) up to one width beyond either end; nothing when it is farther out, of
    // another type, or a category that the domain does not have.
    std::optional<double> position_of(const ParameterValue& value) const;

    // The value at a position; the nearest one for levels. Always in the domain.
    ParameterValue value_at(double position) const;

    // The position of value_at(position).
    double snap(double position) const;

    // The level nearest to a position, and the position of a level.
    std::uint64_t level_of(double position) const;
    double position_of_level(std::uint64_t level) const;

    // Turns a uniform number of [0, 1) into a position, so that positions are spread evenly along
    // the scale and no level is favoured: an integer owns the cell from v - 1/2 to v + 1/2, a
    // listed number or category an equal share.
    double spread(double uniform) const;

  private:
    double number_at_level(std::uint64_t level) const;

    const Domain* domain_;
    std::size_t index_;
    AxisKind kind_ = AxisKind::real;
    Scale scale_ = Scale::linear;
    double min_ = 0;
    double max_ = 1;
    std::uint64_t level_count_ = 0;
    std::vector<double> list_positions_;  // of a list of numbers, ascending
};

}  // namespace tuner
