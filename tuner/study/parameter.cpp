#include "tuner/study/parameter.h"

#include "tuner/study/limits.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tuner {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

// Vizier's own distance below which two discrete values are the same (contract.md 2.3).
constexpr double kDiscreteEpsilon = 1e-10;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == ':';
}

std::string problem_of_name(std::string_view name) {
    if (name.empty()) {
        return "a parameter needs a name";
    }
    if (name.size() > kMaxParameterNameBytes) {
        return fmt::format(
            "parameter name has {} bytes; at most {} are allowed",
            name.size(),
            kMaxParameterNameBytes
        );
    }
    if (name.front() == '-' || !std::all_of(name.begin(), name.end(), is_name_character)) {
        return fmt::format(
            "parameter name \"{}\" may have letters, digits and _ - . / : only, and not start with "
            "-",
            name
        );
    }
    return {};
}

std::string problem_of_scale(Scale scale, double smallest) {
    if (scale != Scale::linear && !(smallest > 0)) {
        return fmt::format(
            "a {} scale needs a strictly positive range; the smallest value is {}",
            name_of(scale),
            smallest
        );
    }
    return {};
}

// A linear scale divides by the width.
std::string problem_of_width(double min, double max) {
    return std::isfinite(max - min)
               ? ""
               : fmt::format("the range from {} to {} is too wide for a double", min, max);
}

std::string problem_of(const RealRange& range) {
    if (!std::isfinite(range.min) || !std::isfinite(range.max)) {
        return "minValue and maxValue must be finite numbers";
    }
    if (range.max < range.min) {
        return fmt::format("maxValue {} is less than minValue {}", range.max, range.min);
    }
    if (std::string problem = problem_of_width(range.min, range.max); !problem.empty()) {
        return problem;
    }
    return problem_of_scale(range.scale, range.min);
}

std::string problem_of(const IntegerRange& range) {
    if (range.max < range.min) {
        return fmt::format("maxValue {} is less than minValue {}", range.max, range.min);
    }
    if (range.min < -kMaxInteger || range.max > kMaxInteger) {
        return fmt::format("integers must lie between {} and {}", -kMaxInteger, kMaxInteger);
    }
    return problem_of_scale(range.scale, static_cast<double>(range.min));
}

std::string problem_of(const DiscreteValues& list) {
    if (list.values.empty()) {
        return "discreteValues is empty";
    }
    if (list.values.size() > kMaxDiscreteValues) {
        return fmt::format(
            "{} discreteValues; at most {} are allowed", list.values.size(), kMaxDiscreteValues
        );
    }
    for (std::size_t i = 0; i < list.values.size(); ++i) {
        if (!std::isfinite(list.values[i])) {
            return "discreteValues must be finite numbers";
        }
        if (i > 0 && list.values[i] - list.values[i - 1] < kDiscreteEpsilon) {
            return fmt::format(
                "discreteValues must be strictly increasing, but {} follows {}",
                list.values[i],
                list.values[i - 1]
            );
        }
    }
    if (std::string problem = problem_of_width(list.values.front(), list.values.back());
        !problem.empty()) {
        return problem;
    }
    return problem_of_scale(list.scale, list.values.front());
}

std::string problem_of(const Categories& categories) {
    if (categories.values.empty()) {
        return "categoricalValues is empty";
    }
    if (categories.values.size() > kMaxCategories) {
        return fmt::format(
            "{} categoricalValues; at most {} are allowed", categories.values.size(), kMaxCategories
        );
    }
    std::vector<std::string_view> sorted(categories.values.begin(), categories.values.end());
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
        return fmt::format("category \"{}\" is listed twice", *twice);
    }
    for (const std::string& value : categories.values) {
        if (value.size() > kMaxTextBytes) {
            return fmt::format(
                "a category has {} bytes; at most {} are allowed", value.size(), kMaxTextBytes
            );
        }
        const auto is_control = [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        };
        if (std::any_of(value.begin(), value.end(), is_control)) {
            return "a category must not have control characters";
        }
    }
    return {};
}

std::string describe_scale(Scale scale) {
    return scale == Scale::linear
               ? ""
               : fmt::format(", {} scale", scale == Scale::log ? "log" : "reverse log");
}

}  // namespace

Result<Parameter> Parameter::create(
    std::string name,
    Domain domain,
    std::optional<ParameterValue> default_value,
    std::optional<Condition> condition
) {
    if (std::string problem = problem_of_name(name); !problem.empty()) {
        return invalid(std::move(problem));
    }
    std::string problem = std::visit([](const auto& d) { return problem_of(d); }, domain);
    if (problem.empty() && default_value && !tuner::contains(domain, *default_value)) {
        problem =
            fmt::format("the default {} is not one of its values", to_display_text(*default_value));
    }
    if (problem.empty() && condition && condition->values.empty()) {
        problem = fmt::format("its condition on {} names no value", condition->parent);
    }
    if (problem.empty() && condition && condition->values.size() > kMaxParentValues) {
        problem = fmt::format(
            "its condition on {} names {} values; at most {} are allowed",
            condition->parent,
            condition->values.size(),
            kMaxParentValues
        );
    }
    if (!problem.empty()) {
        return invalid(fmt::format("{} (parameter {})", problem, name));
    }
    Parameter parameter(std::move(name), std::move(domain));
    parameter.default_value_ = std::move(default_value);
    parameter.condition_ = std::move(condition);
    return parameter;
}

bool Parameter::contains(const ParameterValue& value) const {
    return tuner::contains(domain_, value);
}

bool contains(const Domain& domain, const ParameterValue& value) {
    const auto* real = std::get_if<double>(&value);
    const auto* integer = std::get_if<std::int64_t>(&value);
    const auto* text = std::get_if<std::string>(&value);
    return std::visit(
        Overloaded{
            [&](const RealRange& d) { return real != nullptr && *real >= d.min && *real <= d.max; },
            [&](const IntegerRange& d) {
                return integer != nullptr && *integer >= d.min && *integer <= d.max;
            },
            [&](const DiscreteValues& d) {
                return real != nullptr &&
                       std::find(d.values.begin(), d.values.end(), *real) != d.values.end();
            },
            [&](const Categories& d) {
                return text != nullptr &&
                       std::find(d.values.begin(), d.values.end(), *text) != d.values.end();
            },
        },
        domain
    );
}

std::optional<std::uint64_t> count_values(const Domain& domain) {
    return std::visit(
        Overloaded{
            [](const RealRange& d) -> std::optional<std::uint64_t> {
                return d.min == d.max ? std::optional<std::uint64_t>(1) : std::nullopt;
            },
            [](const IntegerRange& d) -> std::optional<std::uint64_t> {
                return static_cast<std::uint64_t>(d.max - d.min) + 1;
            },
            [](const DiscreteValues& d) -> std::optional<std::uint64_t> { return d.values.size(); },
            [](const Categories& d) -> std::optional<std::uint64_t> { return d.values.size(); },
        },
        domain
    );
}

std::string describe(const Domain& domain) {
    return std::visit(
        Overloaded{
            [](const RealRange& d) {
                return fmt::format("real {} to {}{}", d.min, d.max, describe_scale(d.scale));
            },
            [](const IntegerRange& d) {
                return fmt::format("integer {} to {}{}", d.min, d.max, describe_scale(d.scale));
            },
            [](const DiscreteValues& d) {
                return fmt::format(
                    "one of {}{}", fmt::join(d.values, ", "), describe_scale(d.scale)
                );
            },
            [](const Categories& d) { return fmt::format("one of {}", fmt::join(d.values, ", ")); },
        },
        domain
    );
}

std::string to_flag_text(const ParameterValue& value) {
    return std::visit(
        Overloaded{
            [](double v) { return fmt::format("{:.17g}", v); },
            [](std::int64_t v) { return fmt::format("{}", v); },
            [](const std::string& v) { return v; },
        },
        value
    );
}

std::string to_display_text(const ParameterValue& value) {
    return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

}  // namespace tuner
