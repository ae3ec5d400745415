// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// What comes from outside (files, requests, a trainer's log) is checked here before any library
// sees it, and what goes out as JSON is made valid here. Pure functions on text.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tuner {

// The offset of the first byte that is not part of a well-formed character; npos when all are.
std::size_t find_invalid_utf8(std::string_view text);

// The same text with U+FFFD in place of every byte that is not part of a well-formed character.
std::string to_valid_utf8(std::string_view text);

// How many characters (code points) a well-formed text has.
std::size_t count_characters(std::string_view text);

// The beginning of a well-formed text, at most `bytes_max` long and never ending inside a
// character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace tuner
