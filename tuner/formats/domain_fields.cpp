#include "tuner/formats/domain_fields.h"

#include "tuner/formats/yaml_scalar.h"
#include "tuner/study/limits.h"

#include <cmath>
#include <set>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace tuner {

namespace {

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
void check_scale(YamlReader& reader, GivenScale given, double smallest, std::string_view what) {
    if (given.scale != Scale::linear && !(smallest > 0)) {
        reader.problem(
            given.node->at,
            fmt::format(
                "{} needs values that are strictly positive, but {} is {}",
                given.node->text,
                what,
                smallest
            )
        );
    }
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

}  // namespace

std::string read_parameter_name(YamlReader& reader, std::string_view key) {
    const YamlNode* node = reader.require(key, fmt::format("{}: batch_size", key));
    const auto name = reader.text(key);
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

std::optional<Domain> read_real_range(YamlReader& reader, GivenScale scale) {
    reader.require("minValue", "minValue: 0.001");
    reader.require("maxValue", "maxValue: 0.1");
    const auto min = reader.number("minValue");
    const auto max = reader.number("maxValue");
    if (!min || !max) {
        return std::nullopt;
    }
    check_order(reader, *min, *max);
    check_scale(reader, scale, *min, "minValue");
    return RealRange{*min, *max, scale.scale};
}

std::optional<Domain> read_integer_range(YamlReader& reader, GivenScale scale) {
    reader.require("minValue", "minValue: 1");
    reader.require("maxValue", "maxValue: 64");
    const auto min = read_whole_bound(reader, "minValue");
    const auto max = read_whole_bound(reader, "maxValue");
    if (!min || !max) {
        return std::nullopt;
    }
    check_order(reader, static_cast<double>(*min), static_cast<double>(*max));
    check_scale(reader, scale, static_cast<double>(*min), "minValue");
    return IntegerRange{*min, *max, scale.scale};
}

std::optional<Domain> read_discrete_values(
    YamlReader& reader, std::string_view key, GivenScale scale
) {
    std::vector<double> values;
    const auto items =
        read_items(reader, key, fmt::format("{}: [16, 32, 64]", key), kMaxDiscreteValues);
    for (const YamlNode& item : items) {
        const auto value = read_discrete_value(reader, item);
        if (!value) {
            continue;
        }
        if (!values.empty() && *value - values.back() < kDiscreteEpsilon) {
            reader.problem(
                item.at,
                fmt::format(
                    "{} must be strictly increasing, but {} follows {}",
                    key,
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
    check_scale(reader, scale, values.front(), fmt::format("the first of {}", key));
    return DiscreteValues{std::move(values), scale.scale};
}

std::optional<Domain> read_categories(YamlReader& reader, std::string_view key) {
    read_items(reader, key, fmt::format("{}: [relu, tanh]", key), kMaxCategories);
    const std::vector<std::string> values = reader.texts(key);
    std::set<std::string> seen;
    for (const YamlNode& item : reader.items(key)) {
        if (item.kind == YamlKind::scalar && !seen.insert(item.text).second) {
            reader.problem(item.at, fmt::format("{} is listed twice", in_quotes(item.text)));
        }
    }
    return values.empty() ? std::nullopt : std::optional<Domain>(Categories{values});
}

std::optional<ParameterValue> to_value(const Domain& domain, const YamlNode& node) {
    if (node.kind != YamlKind::scalar || is_null(node)) {
        return std::nullopt;
    }
    if (std::holds_alternative<Categories>(domain)) {
        return node.text;
    }
    if (std::holds_alternative<IntegerRange>(domain)) {
        return to_whole_number(node.text);
    }
    return to_finite_number(node.text);
}

}  // namespace tuner
