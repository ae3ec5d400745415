// JSON as YAML for people: block style, texts quoted where YAML would read them as something else.
// Pure.

#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace tuner
