// JSON as the YAML that the legacy tool printed: keys sorted at every level, lists not indented, a
// text in single quotes where a reader would take it for something else (completedTrialCount:
// '10'). Pure.

#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

std::string to_legacy_yaml(const nlohmann::ordered_json& value);

}  // namespace tuner
