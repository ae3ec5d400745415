// Domain types as JSON and back: the only place that knows the field names of the native API
// (product.md section 5).
//
// lowerCamelCase names, RFC 3339 UTC times, integers as numbers, categories as strings; what does
// not exist is null and never NaN. Parsing limits a document before building it: kMaxJsonBytes,
// kMaxJsonDepth, no duplicate keys.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/attempt.h"
#include "tuner/study/history.h"
#include "tuner/study/ranking.h"
#include "tuner/study/study.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

inline constexpr std::size_t kMaxJsonBytes = 1 << 20;
inline constexpr std::size_t kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonValues = 100'000;

// A study with the counts of its trials by state and its best trial: one object of GET /v1/studies.
nlohmann::ordered_json to_json(const Study& study, const History& history);

// One object of GET …/trials; `rank` is added when given.
nlohmann::ordered_json to_json(
    const Trial& trial, const std::string& study_id, std::optional<std::int64_t> rank = std::nullopt
);

// {"batch_size": 35, "nembeds": 16}: a trial's parameters alone.
nlohmann::ordered_json to_json(const Assignment& assignment);

// The legacy `trainingOutput` of a study: trials best first, every value a string
// (contract.md 4.4).
nlohmann::ordered_json to_training_output(const Study& study, const History& history);

// A configuration as stored in the database, and back; from_stored_config fails only on a damaged
// record.
std::string to_stored_config(const StudyConfig& config);
Result<StudyConfig> from_stored_config(std::string_view text);

// Likewise for an assignment (types are kept: 1 and 1.0 and "1" stay apart) and a provenance.
std::string to_stored_assignment(const Assignment& assignment);
Result<Assignment> from_stored_assignment(std::string_view text);
std::string to_stored_provenance(const Provenance& provenance);
Result<Provenance> from_stored_provenance(std::string_view text);

// A request body or any other foreign JSON, checked against the limits above before a document is
// built.
Result<nlohmann::json> parse_json(std::string_view text);

// An assignment from {"name": value}: numbers become what each parameter's domain wants.
// `invalid_argument` as in SearchSpace::check.
Result<Assignment> parse_assignment(const nlohmann::json& object, const SearchSpace& space);

}  // namespace tuner
