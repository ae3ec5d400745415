#include "tuner/formats/legacy_parameter.h"

#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/yaml_scalar.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

// Vizier's own distance below which two discrete values are the same (contract.md 2.3).
constexpr double kDiscreteEpsilon = 1e-10;

// A bound of an INTEGER: whole, however it is written.
std::optional<std::int64_t> read_whole_bound(YamlReader& reader, std::string_view key) {
    const auto value = reader.number(key);
    if (!value) {
        return std::nullopt;
    }
    const YamlNode& node = *reader.find(key);
    const auto whole = to_whole_number(node.text);
    if (!whole && std::abs(*value) > static_cast<double>(kMaxInteger)) {
        reader.problem(
            node.at,
            fmt::format("{} {} is too large; integers may reach {}", key, node.text, kMaxInteger)
        );
    } else if (!whole) {
        reader.problem(
            node.at, fmt::format("{} {} of an INTEGER must be a whole number", key, node.text)
        );
    }
    return whole;
}

void check_order(YamlReader& reader, double min, double max) {
    if (max < min) {
        const YamlNode& low = *reader.find("minValue");
        const YamlNode& high = *reader.find("maxValue");
        reader.problem(
            high.at, fmt::format("maxValue {} is less than minValue {}", high.text, low.text)
        );
    }
}

// Both log scales divide by the smallest value.
void check_scale(YamlReader& reader, Scale scale, double smallest, std::string_view what) {
    if (scale != Scale::linear && !(smallest > 0)) {
        const YamlNode& node = *reader.find("scaleType");
        reader.problem(
            node.at,
            fmt::format(
                "{} needs values that are strictly positive, but {} is {}",
                node.text,
                what,
                smallest
            )
        );
    }
}

std::optional<Domain> read_real(YamlReader& reader, Scale scale) {
    reader.require("minValue", "minValue: 0.001");
    reader.require("maxValue", "maxValue: 0.1");
    const auto min = reader.number("minValue");
    const auto max = reader.number("maxValue");
    if (!min || !max) {
        return std::nullopt;
    }
    check_order(reader, *min, *max);
    check_scale(reader, scale, *min, "minValue");
    return RealRange{*min, *max, scale};
}

std::optional<Domain> read_integer(YamlReader& reader, Scale scale) {
    reader.require("minValue", "minValue: 1");
    reader.require("maxValue", "maxValue: 64");
    const auto min = read_whole_bound(reader, "minValue");
    const auto max = read_whole_bound(reader, "maxValue");
    if (!min || !max) {
        return std::nullopt;
    }
    check_order(reader, static_cast<double>(*min), static_cast<double>(*max));
    check_scale(reader, scale, static_cast<double>(*min), "minValue");
    return IntegerRange{*min, *max, scale};
}

// The items of a list that must have some but not too many; nothing when it is not so.
std::span<const YamlNode> read_items(
    YamlReader& reader, std::string_view key, std::string_view example, std::size_t count_max
) {
    const YamlNode* node = reader.require(key, example);
    const auto items = reader.items(key);
    if (node != nullptr && node->kind == YamlKind::sequence && items.empty()) {
        reader.problem(node->at, fmt::format("{} is empty; it needs at least one value", key));
    }
    if (items.size() > count_max) {
        reader.problem(
            node->at,
            fmt::format("{} has {} values; at most {} are allowed", key, items.size(), count_max)
        );
        return {};
    }
    return items;
}

std::optional<double> read_discrete_value(YamlReader& reader, const YamlNode& item) {
    const auto value = item.kind == YamlKind::scalar ? to_finite_number(item.text) : std::nullopt;
    if (!value) {
        reader.problem(
            item.at,
            fmt::format(
                "a discrete value must be {}, not {}", wanted_number(item.text), describe(item)
            )
        );
    }
    return value;
}

std::optional<Domain> read_discrete(YamlReader& reader, Scale scale) {
    std::vector<double> values;
    const auto items =
        read_items(reader, "discreteValues", "discreteValues: [16, 32, 64]", kMaxDiscreteValues);
    for (const YamlNode& item : items) {
        const auto value = read_discrete_value(reader, item);
        if (!value) {
            continue;
        }
        if (!values.empty() && *value - values.back() < kDiscreteEpsilon) {
            reader.problem(
                item.at,
                fmt::format(
                    "discreteValues must be strictly increasing, but {} follows {}",
                    item.text,
                    values.back()
                )
            );
        }
        values.push_back(*value);
    }
    if (values.empty()) {
        return std::nullopt;
    }
    check_scale(reader, scale, values.front(), "the first of discreteValues");
    return DiscreteValues{std::move(values), scale};
}

std::optional<Domain> read_categories(YamlReader& reader) {
    read_items(reader, "categoricalValues", "categoricalValues: [relu, tanh]", kMaxCategories);
    if (const YamlNode* scale = reader.find("scaleType");
        scale != nullptr && scale->text != "NONE") {
        reader.notice(scale->at, "scaleType means nothing for type CATEGORICAL");
    }
    const std::vector<std::string> values = reader.texts("categoricalValues");
    std::set<std::string> seen;
    for (const YamlNode& item : reader.items("categoricalValues")) {
        if (item.kind == YamlKind::scalar && !seen.insert(item.text).second) {
            reader.problem(item.at, fmt::format("{} is listed twice", quoted(item.text)));
        }
    }
    return values.empty() ? std::nullopt : std::optional<Domain>(Categories{values});
}

void refuse_keys(
    YamlReader& reader, std::string_view type, std::initializer_list<std::string_view> keys
) {
    for (const std::string_view key : keys) {
        if (const YamlNode* node = reader.find(key)) {
            reader.problem(
                node->at, fmt::format("{} does not go with type {}; remove it", key, type)
            );
        }
    }
}

std::optional<Domain> read_domain(YamlReader& reader, ParameterType type, Scale scale) {
    switch (type) {
        case ParameterType::real:
            refuse_keys(reader, "DOUBLE", {"categoricalValues", "discreteValues"});
            return read_real(reader, scale);
        case ParameterType::integer:
            refuse_keys(reader, "INTEGER", {"categoricalValues", "discreteValues"});
            return read_integer(reader, scale);
        case ParameterType::discrete:
            refuse_keys(reader, "DISCRETE", {"categoricalValues"});
            return read_discrete(reader, scale);
        case ParameterType::categorical:
            refuse_keys(reader, "CATEGORICAL", {"minValue", "maxValue", "discreteValues"});
            return read_categories(reader);
    }
    return std::nullopt;
}

// The name, checked where it stands; "" when it is missing or wrong.
std::string read_name(YamlReader& reader) {
    const YamlNode* node = reader.require("parameterName", "parameterName: batch_size");
    const auto name = reader.text("parameterName");
    if (node == nullptr || !name) {
        return "";
    }
    const auto named = Parameter::create(*name, IntegerRange{0, 0});
    if (!named) {
        reader.problem(node->at, named.error().message);
        return "";
    }
    return *name;
}

}  // namespace

std::optional<Parameter> read_parameter(const YamlNode& node, Findings& findings) {
    const std::size_t before = findings.problem_count();
    YamlReader reader(node, "an item of params", kParameterKeys, findings);
    const std::string name = read_name(reader);
    if (!name.empty()) {
        reader.set_subject(fmt::format(" (parameter {})", name));
    }
    const bool scale_is_given = reader.find("scaleType") != nullptr;
    const auto scale = reader.choice<Scale>("scaleType", kScales);
    reader.require("type", "type: INTEGER");
    const auto type = reader.choice<ParameterType>("type", kParameterTypes);
    // An unknown scale says nothing about the bounds.
    const auto domain =
        type ? read_domain(reader, *type, scale.value_or(Scale::linear)) : std::nullopt;
    if (findings.problem_count() > before || !domain || (scale_is_given && !scale)) {
        return std::nullopt;
    }
    auto parameter = Parameter::create(name, *domain);
    if (!parameter) {
        findings.problem(node.at, parameter.error().message);
        return std::nullopt;
    }
    return std::move(*parameter);
}

std::optional<ParameterValue> read_value(
    const Parameter& parameter, const YamlNode& node, Findings& findings
) {
    std::optional<ParameterValue> value;
    if (node.kind == YamlKind::scalar) {
        if (std::holds_alternative<Categories>(parameter.domain())) {
            value = node.text;
        } else if (std::holds_alternative<IntegerRange>(parameter.domain())) {
            value = to_whole_number(node.text);
        } else {
            value = to_finite_number(node.text);
        }
    }
    if (!value || !parameter.contains(*value)) {
        findings.problem(
            node.at,
            fmt::format(
                "{} cannot be {}; it is {}",
                parameter.name(),
                describe(node),
                describe(parameter.domain())
            )
        );
        return std::nullopt;
    }
    return value;
}

}  // namespace tuner::legacy
