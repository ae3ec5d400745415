// A YAML document as JSON: what GET shows as a study's `config`, and what parses to the same study
// again.
//
// Plain scalars become numbers and booleans where YAML means them, except where the spelling is the
// value: categories, arguments, versions. Pure.

#pragma once

#include "tuner/formats/yaml_document.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner {

nlohmann::ordered_json to_json(const YamlNode& node);

}  // namespace tuner
