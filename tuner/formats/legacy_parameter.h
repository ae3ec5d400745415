// One item of `params` in the legacy dialect: ParameterSpec to Parameter, with every rule of
// contract.md 2.1 checked at the place where it is broken.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/parameter.h"

#include <optional>

namespace tuner::legacy {

// Nothing when something is wrong; the findings say what.
std::optional<Parameter> read_parameter(const YamlNode& node, Findings& findings);

// A value of a starting point as the parameter's domain wants it; nothing, and a problem, when it
// is not one of its values.
std::optional<ParameterValue> read_value(
    const Parameter& parameter, const YamlNode& node, Findings& findings
);

}  // namespace tuner::legacy
