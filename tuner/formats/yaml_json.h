// A YAML document as JSON: what GET shows as a study's `config`, and what parses to the same study
// again.
//
// Plain scalars become numbers and booleans where a key is known to want them (1e-5, True), and
// elsewhere when JSON spells them the same; categories, arguments and versions stay texts. Pure.

#pragma once

#include "tuner/formats/yaml_document.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner {

nlohmann::ordered_json to_json(const YamlNode& node);

}  // namespace tuner
