// A legacy Job as its user wrote it, in the spelling that the API answers with: lowerCamelCase
// names, enums by name, bounds as real numbers, 64-bit counts as texts (contract.md 4.3, 4.4). What
// is not understood stays as it is. Pure.

#pragma once

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// {"trainingInput": {…}, "labels": {…}} of any legacy document; an empty object for one of another
// dialect.
nlohmann::ordered_json to_job_document(const nlohmann::ordered_json& document);

}  // namespace tuner
