// JSON from outside, checked before a document is built of it.
//
// nlohmann_json 3.11 parses any depth and then overflows the stack when such a document is copied
// or written, keeps the last of two equal keys without a word, and quotes what it could not read,
// whatever its length. So a first pass over the text, which builds nothing, bounds bytes, depth and
// number of values and refuses ill-formed UTF-8 and duplicate keys; only then is there a document.
//
// And JSON for outside, built without a null that becomes an object or a list later: where memory
// fails at that moment, the library leaves one that crashes when it is destroyed.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

inline constexpr std::size_t kMaxJsonBytes = 1 << 20;
inline constexpr std::size_t kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxJsonValues = 100'000;

struct JsonLimits {
    std::size_t bytes = kMaxJsonBytes;
    std::size_t depth = kMaxJsonDepth;
    std::size_t values = kMaxJsonValues;  // numbers, texts, arrays and objects together
};

// A request body or any other foreign JSON; `invalid_argument` says what is wrong and where.
Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits = {});

// The same, but an object: what every request body of the native API is.
Result<nlohmann::json> parse_json_object(std::string_view text);

// The same with the members of objects in the order of the text.
Result<nlohmann::ordered_json> parse_ordered_json(
    std::string_view text, const JsonLimits& limits = {}
);

// A document on one line; bytes that are not UTF-8 become U+FFFD.
std::string to_line(const nlohmann::ordered_json& document);

// Adds to the list `name` of an object, which begins with its first item.
void append(nlohmann::ordered_json& object, const char* name, nlohmann::ordered_json item);

// A field that is not what it must be: "metrics must be an object".
tl::unexpected<Error> must_be(std::string_view field, std::string_view wanted);

// JSON has no NaN and no infinities: they are the texts "NaN", "Infinity" and "-Infinity".
std::optional<double> from_json_number(const nlohmann::json& value);
nlohmann::ordered_json to_json_number(double value);

// For what is shown: null when there is no number, or one that JSON has not.
nlohmann::ordered_json to_number_or_null(std::optional<double> value);

}  // namespace tuner
