// Texts and values as a terminal may show them: nothing that a trainer, a file or a server wrote
// can move the cursor or change colours. Pure.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// The text on one line: control characters are written \x1b, ends of line as a space.
std::string printable(std::string_view text);

// How many columns a UTF-8 text takes in a terminal.
std::size_t display_width(std::string_view text);

// The beginning of a text that takes at most `width` columns; one that was cut ends with "…".
std::string cut_to_width(std::string_view text, std::size_t width);

// Whether numbers are shown short, for people, or exact, for programs.
enum class Digits { few, all };

// A JSON value in a cell: texts as they are, integers whole, reals with 4 or all digits, null as
// "-" or "".
std::string cell_text(const nlohmann::ordered_json& value, Digits digits);

// The cell of an object's member, for people.
std::string field_text(const nlohmann::ordered_json& object, const char* name);

// An objective or metric for people: 6 significant digits; "-" for null.
std::string metric_text(const nlohmann::ordered_json& value);

// "batch_size 35   nembeds 16": a trial's parameters on one line, for people.
std::string parameters_text(const nlohmann::ordered_json& parameters);

// "--batch_size=35 --nembeds=16": the flags as the trainer got them, quoted for a POSIX shell where
// needed.
std::string flags_text(const nlohmann::ordered_json& parameters);

// One word of a shell line: 'it'\''s', or the text itself when it is plain.
std::string shell_quoted(std::string_view text);

}  // namespace tuner
