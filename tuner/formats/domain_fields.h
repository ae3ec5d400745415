// The allowed values of one parameter, from the fields of a mapping, with every rule of contract.md
// 2.1 checked at the place where it is broken. All dialects of study files have these fields and
// call them differently. Nothing when something is wrong; the findings say what.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/parameter.h"

#include <optional>
#include <string>
#include <string_view>

namespace tuner {

// The scale of a parameter; `node` is where it is written, null when it is not.
struct GivenScale {
    Scale scale = Scale::linear;
    const YamlNode* node = nullptr;
};

// The parameter's name that must stand under `key`, checked there; "" when it is missing or wrong.
std::string read_parameter_name(YamlReader& reader, std::string_view key);

// minValue and maxValue.
std::optional<Domain> read_real_range(YamlReader& reader, GivenScale scale);
std::optional<Domain> read_integer_range(YamlReader& reader, GivenScale scale);

// The list that stands under `key`.
std::optional<Domain> read_discrete_values(
    YamlReader& reader, std::string_view key, GivenScale scale
);
std::optional<Domain> read_categories(YamlReader& reader, std::string_view key);

// A scalar as a value of the domain's type, wherever it lies; nothing when it is none.
std::optional<ParameterValue> to_value(const Domain& domain, const YamlNode& node);

}  // namespace tuner
