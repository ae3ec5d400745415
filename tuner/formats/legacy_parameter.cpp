#include "tuner/formats/legacy_parameter.h"

#include "tuner/formats/domain_fields.h"
#include "tuner/formats/legacy_keys.h"

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

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

std::optional<Domain> read_domain(YamlReader& reader, ParameterType type, GivenScale scale) {
    switch (type) {
        case ParameterType::real:
            refuse_keys(reader, "DOUBLE", {"categoricalValues", "discreteValues"});
            return read_real_range(reader, scale);
        case ParameterType::integer:
            refuse_keys(reader, "INTEGER", {"categoricalValues", "discreteValues"});
            return read_integer_range(reader, scale);
        case ParameterType::discrete:
            refuse_keys(reader, "DISCRETE", {"categoricalValues"});
            return read_discrete_values(reader, "discreteValues", scale);
        case ParameterType::categorical:
            refuse_keys(reader, "CATEGORICAL", {"minValue", "maxValue", "discreteValues"});
            if (scale.node != nullptr && scale.node->text != "NONE") {
                reader.notice(scale.node->at, "scaleType means nothing for type CATEGORICAL");
            }
            return read_categories(reader, "categoricalValues");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Parameter> read_parameter(const YamlNode& node, Findings& findings) {
    const std::size_t before = findings.problem_count();
    YamlReader reader(node, "an item of params", kParameterKeys, findings);
    const std::string name = read_parameter_name(reader, "parameterName");
    if (!name.empty()) {
        reader.set_subject(fmt::format(" (parameter {})", name));
    }
    const YamlNode* scale_node = reader.find("scaleType");
    const auto scale = reader.choice<Scale>("scaleType", kScales);
    reader.require("type", "type: INTEGER");
    const auto type = reader.choice<ParameterType>("type", kParameterTypes);
    // An unknown scale says nothing about the bounds.
    const GivenScale given{scale.value_or(Scale::linear), scale_node};
    const auto domain = type ? read_domain(reader, *type, given) : std::nullopt;
    if (findings.problem_count() > before || !domain || (scale_node != nullptr && !scale)) {
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
    auto value = to_value(parameter.domain(), node);
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
