#include "tuner/optimizer/axis.h"

#include <algorithm>
#include <cmath>

namespace tuner {

namespace {

// A list of numbers that spans so much is spread over its logarithm (optimizer.md 3.2).
constexpr double kLogListRatio = 100;
// How far outside of its range a past value may lie and still say something, in widths.
constexpr double kMargin = 1;

// Bounds that are neighbours may have one logarithm; there the line is as good.
double log_position(double min, double max, double x) {
    const double width = std::log(max) - std::log(min);
    return width > 0 ? (std::log(x) - std::log(min)) / width : (x - min) / (max - min);
}

// The exponential of a logarithm lands a rounding beside the bound it came from.
double log_number(double min, double max, double u) {
    const double low = std::log(min);
    return std::clamp(std::exp(low + u * (std::log(max) - low)), min, max);
}

double position_on(Scale scale, double min, double max, double x) {
    switch (scale) {
        case Scale::log:
            return log_position(min, max, x);
        case Scale::reverse_log:
            return 1 - log_position(min, max, min + (max - x));
        case Scale::linear:
            break;
    }
    return (x - min) / (max - min);
}

// A mirrored number may lie a rounding beside its bound.
double to_unit(Scale scale, double min, double max, double x) {
    const double u = position_on(scale, min, max, x);
    return min <= x && x <= max ? std::clamp(u, 0.0, 1.0) : u;
}

double from_unit(Scale scale, double min, double max, double u) {
    u = std::clamp(u, 0.0, 1.0);
    if (u == 0) {
        return min;
    }
    if (u == 1) {
        return max;
    }
    double x = min + u * (max - min);
    if (scale == Scale::log) {
        x = log_number(min, max, u);
    } else if (scale == Scale::reverse_log) {
        x = min + (max - log_number(min, max, 1 - u));
    }
    return std::clamp(x, min, max);
}

std::optional<double> number_in(const ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value)) {
        return *real;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return static_cast<double>(*integer);
    }
    return std::nullopt;
}

Scale scale_of_list(const DiscreteValues& list) {
    const double first = list.values.front();
    const double last = list.values.back();
    const bool wide = first > 0 && last / first >= kLogListRatio;
    return list.scale == Scale::linear && wide ? Scale::log : list.scale;
}

// Where the numbers of a list lie: apart, whatever they are. Some may be so near each other that
// they have one position on the scale; then all are spaced evenly.
std::vector<double> positions_of_list(Scale scale, const std::vector<double>& values) {
    std::vector<double> positions;
    for (const double value : values) {
        positions.push_back(to_unit(scale, values.front(), values.back(), value));
    }
    const auto not_apart = [](double a, double b) { return !(a < b); };
    if (std::adjacent_find(positions.begin(), positions.end(), not_apart) != positions.end()) {
        for (std::size_t i = 0; i < positions.size(); ++i) {
            positions[i] = static_cast<double>(i) / static_cast<double>(positions.size() - 1);
        }
    }
    return positions;
}

}  // namespace

Axis::Axis(const Parameter& parameter, std::size_t index)
    : domain_(&parameter.domain()), index_(index) {
    if (const auto* real = std::get_if<RealRange>(domain_)) {
        scale_ = real->scale;
        min_ = real->min;
        max_ = real->max;
    } else if (const auto* integers = std::get_if<IntegerRange>(domain_)) {
        kind_ = AxisKind::levels;
        scale_ = integers->scale;
        min_ = static_cast<double>(integers->min);
        max_ = static_cast<double>(integers->max);
        level_count_ = static_cast<std::uint64_t>(integers->max - integers->min) + 1;
    } else if (const auto* list = std::get_if<DiscreteValues>(domain_)) {
        kind_ = AxisKind::levels;
        scale_ = scale_of_list(*list);
        min_ = list->values.front();
        max_ = list->values.back();
        level_count_ = list->values.size();
        list_positions_ = positions_of_list(scale_, list->values);
    } else {
        kind_ = AxisKind::choice;
        level_count_ = std::get<Categories>(*domain_).values.size();
    }
}

std::optional<double> Axis::position_of(const ParameterValue& value) const {
    if (const auto* categories = std::get_if<Categories>(domain_)) {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) {
            return std::nullopt;
        }
        const auto found = std::find(categories->values.begin(), categories->values.end(), *text);
        return found == categories->values.end()
                   ? std::nullopt
                   : std::optional(static_cast<double>(found - categories->values.begin()));
    }
    const auto number = number_in(value);
    if (!number) {
        return std::nullopt;
    }
    if (const auto* list = std::get_if<DiscreteValues>(domain_)) {
        const auto found = std::lower_bound(list->values.begin(), list->values.end(), *number);
        if (found != list->values.end() && *found == *number) {
            return list_positions_[static_cast<std::size_t>(found - list->values.begin())];
        }
    }
    const double u = to_unit(scale_, min_, max_, *number);
    // NaN, from the logarithm of what is not positive, fails this as well.
    const bool useful = u >= -kMargin && u <= 1 + kMargin;
    return useful ? std::optional(u) : std::nullopt;
}

ParameterValue Axis::value_at(double position) const {
    if (const auto* categories = std::get_if<Categories>(domain_)) {
        return categories->values[level_of(position)];
    }
    if (const auto* list = std::get_if<DiscreteValues>(domain_)) {
        return list->values[level_of(position)];
    }
    if (const auto* integers = std::get_if<IntegerRange>(domain_)) {
        return integers->min + static_cast<std::int64_t>(level_of(position));
    }
    return from_unit(scale_, min_, max_, position);
}

double Axis::snap(double position) const {
    return kind_ == AxisKind::real
               ? to_unit(scale_, min_, max_, from_unit(scale_, min_, max_, position))
               : position_of_level(level_of(position));
}

std::uint64_t Axis::level_of(double position) const {
    if (kind_ == AxisKind::choice) {
        const double last = static_cast<double>(level_count_ - 1);
        return static_cast<std::uint64_t>(std::clamp(std::round(position), 0.0, last));
    }
    if (!list_positions_.empty()) {
        const auto above =
            std::lower_bound(list_positions_.begin(), list_positions_.end(), position);
        const auto index = static_cast<std::uint64_t>(above - list_positions_.begin());
        if (index == 0 || index == level_count_) {
            return index == 0 ? 0 : level_count_ - 1;
        }
        return position - *(above - 1) < *above - position ? index - 1 : index;
    }
    const double number = std::round(from_unit(scale_, min_, max_, position));
    return static_cast<std::uint64_t>(std::clamp(number, min_, max_) - min_);
}

double Axis::position_of_level(std::uint64_t level) const {
    if (kind_ == AxisKind::choice) {
        return static_cast<double>(level);
    }
    return list_positions_.empty() ? to_unit(scale_, min_, max_, number_at_level(level))
                                   : list_positions_[level];
}

double Axis::number_at_level(std::uint64_t level) const {
    return min_ + static_cast<double>(level);
}

double Axis::spread(double uniform) const {
    if (kind_ == AxisKind::real) {
        return snap(uniform);
    }
    if (kind_ == AxisKind::choice || !list_positions_.empty()) {
        const double share = uniform * static_cast<double>(level_count_);
        return position_of_level(std::min(static_cast<std::uint64_t>(share), level_count_ - 1));
    }
    const double number =
        std::clamp(std::round(from_unit(scale_, min_ - 0.5, max_ + 0.5, uniform)), min_, max_);
    return to_unit(scale_, min_, max_, number);
}

}  // namespace tuner
