// JSON as protocol buffers write and read it (contract.md 5.1): field names in lowerCamelCase or
// the buffers' own snake_case, 64-bit integers as texts or numbers, NaN as a text, durations as
// "3.5s".
//
// Pure. What is wrong is `invalid_argument` and names the field.

#pragma once

#include "tuner/base/result.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tuner::proto_json {

using Fields = std::map<std::string, nlohmann::json>;  // by name in lowerCamelCase; none is null

// The fields of a message; `what` is its place for people, "study" or "finalMeasurement".
Result<Fields> read_fields(
    const nlohmann::json& message,
    std::string_view what,
    std::initializer_list<std::string_view> known
);

// The same of a body; an empty one is {}.
Result<Fields> parse_fields(
    std::string_view body, std::string_view what, std::initializer_list<std::string_view> known
);

// A text that must be there and not be empty.
Result<std::string> text(const Fields& fields, const std::string& name);

std::optional<std::int64_t> to_integer(const nlohmann::json& value);
bool is_duration(const nlohmann::json& value);

}  // namespace tuner::proto_json
