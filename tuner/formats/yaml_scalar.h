// The text of a YAML scalar as a boolean or a number, as study files have them: YAML 1.1 booleans,
// numbers quoted or not, integers written as 20, 20.0 or 2e1, exponents without a point.
//
// Hexadecimal, leading zeros and underscores are no numbers here: YAML versions disagree on what
// they mean. Nothing depends on a locale. Pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tuner {

// true, yes, on and false, no, off in lower, upper or capitalised case.
std::optional<bool> to_boolean(std::string_view text);

// A finite decimal number; nothing for NaN, infinities and what a double cannot hold.
std::optional<double> to_finite_number(std::string_view text);

// A whole number, also when it is written with a fraction of zero; nothing beyond kMaxInteger.
std::optional<std::int64_t> to_whole_number(std::string_view text);

// A whole number from 0 to 2^64 - 1, digits only.
std::optional<std::uint64_t> to_unsigned_number(std::string_view text);

// What a message asks for instead of a text that is no number: "a number", or "a finite number"
// instead of .nan.
std::string_view wanted_number(std::string_view text);

}  // namespace tuner
