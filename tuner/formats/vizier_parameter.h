// One ParameterSpec of the Vizier dialect, and one condition under which a child of it is active,
// with every rule of contract.md 2.3 checked at the place where it is broken.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/parameter.h"

#include <optional>
#include <span>

namespace tuner::vizier {

struct ParameterSpec {
    std::optional<Parameter> parameter;  // nothing when something is wrong; the findings say what
    std::span<const YamlNode> children;  // items of conditionalParameterSpecs, not looked at yet
};

// A parameter that is active under `condition`, or always.
ParameterSpec read_parameter(
    const YamlNode& node, std::optional<Condition> condition, Findings& findings
);

struct ChildSpec {
    const YamlNode* spec = nullptr;      // the child's ParameterSpec; null when it is missing
    std::optional<Condition> condition;  // nothing when something is wrong with it
};

// One item of conditionalParameterSpecs; `parent` is null when something is wrong with it, and then
// its values are not compared with the child's.
ChildSpec read_child(const YamlNode& node, const Parameter* parent, Findings& findings);

}  // namespace tuner::vizier
