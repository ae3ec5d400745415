// A Parameter is one knob: a name, a Domain of allowed values, and for a conditional one when it is
// active.
//
// Domains are real and integer ranges (bounds inclusive), ascending lists of numbers, and
// categories (texts without order). A scale says how a numeric domain is spread over the unit
// interval. Everything is checked in Parameter::create: a Parameter that exists is valid. Plain
// values; no thread, no clock.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tuner {

// A value of a parameter: of a real range or a discrete list (double), an integer range, or a
// category.
using ParameterValue = std::variant<double, std::int64_t, std::string>;

// How a numeric domain [a, b] meets the unit interval; log and reverse_log need a > 0
// (contract.md 2.1).
enum class Scale {
    linear,       // u = (x - a) / (b - a)
    log,          // u = ln(x / a) / ln(b / a)
    reverse_log,  // u = 1 - ln((a + b - x) / a) / ln(b / a): finest near b
};

struct RealRange {
    double min = 0;
    double max = 0;
    Scale scale = Scale::linear;

    friend bool operator==(const RealRange&, const RealRange&) = default;
};

struct IntegerRange {
    std::int64_t min = 0;
    std::int64_t max = 0;
    Scale scale = Scale::linear;

    friend bool operator==(const IntegerRange&, const IntegerRange&) = default;
};

// Strictly ascending numbers, spaced by value on their scale.
struct DiscreteValues {
    std::vector<double> values;
    Scale scale = Scale::linear;

    friend bool operator==(const DiscreteValues&, const DiscreteValues&) = default;
};

// Distinct texts without order.
struct Categories {
    std::vector<std::string> values;

    friend bool operator==(const Categories&, const Categories&) = default;
};

using Domain = std::variant<RealRange, IntegerRange, DiscreteValues, Categories>;

// The parameter is active only where its parent is active and has one of these values.
struct Condition {
    std::string parent;
    std::vector<ParameterValue> values;

    friend bool operator==(const Condition&, const Condition&) = default;
};

class Parameter {
  public:
    // `invalid_argument` with the parameter's name in the message when anything is wrong: an empty
    // or unsafe name, bounds not finite or reversed, a log scale over values that are not positive,
    // an empty or unsorted list, a default outside the domain, or more than the limits of limits.h.
    static Result<Parameter> create(
        std::string name,
        Domain domain,
        std::optional<ParameterValue> default_value = std::nullopt,
        std::optional<Condition> condition = std::nullopt
    );

    const std::string& name() const { return name_; }

    const Domain& domain() const { return domain_; }

    const std::optional<ParameterValue>& default_value() const { return default_value_; }

    const std::optional<Condition>& condition() const { return condition_; }

    // True when `value` has the domain's type and lies in it.
    bool contains(const ParameterValue& value) const;

    friend bool operator==(const Parameter&, const Parameter&) = default;

  private:
    Parameter(std::string name, Domain domain)
        : name_(std::move(name)), domain_(std::move(domain)) {}

    std::string name_;
    Domain domain_;
    std::optional<ParameterValue> default_value_;
    std::optional<Condition> condition_;
};

// True when `value` has the domain's type and lies in it.
bool contains(const Domain& domain, const ParameterValue& value);

// How many values a domain has; nothing for a real range of more than one value.
std::optional<std::uint64_t> count_values(const Domain& domain);

// "batch_size: integer 8 to 512, log scale" without the name: for people.
std::string describe(const Domain& domain);

// A value as trainers get it in `--name=value` and as legacy JSON shows it: %.17g for doubles
// (round-trip, integral values without a point), decimal integers, categories verbatim
// (contract.md 3.1).
std::string to_flag_text(const ParameterValue& value);

// A value as people read it: shortest text that reads back the same.
std::string to_display_text(const ParameterValue& value);

template <>
struct Names<Scale> {
    static constexpr std::array entries{
        named(Scale::linear, "linear"),
        named(Scale::log, "log"),
        named(Scale::reverse_log, "reverse_log"),
    };
};

}  // namespace tuner
