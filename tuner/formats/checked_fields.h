// Text files of key=value lines that prove to be whole by a checksum in their last line.
//
//   tuner-KIND 1
//   key=value                    newline and backslash are escaped in values
//   checksum=0123456789abcdef    of all bytes before this line
//
// A FieldReader takes all it needs and asks for error() once, at the end: a getter that misses its
// field makes the whole file bad. Pure, std only: the shim links it. Any thread.

#pragma once

#include "tuner/base/result.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tuner {

class FieldWriter {
  public:
    explicit FieldWriter(std::string_view kind);

    void add(std::string_view key, std::string_view value);
    void add_number(std::string_view key, std::int64_t value);

    // The whole text; the writer is used up.
    std::string finish();

  private:
    std::string text_;
};

class FieldReader {
  public:
    // Bad at once when `text` is longer than `bytes_max`, torn, or of another kind or version.
    FieldReader(std::string_view text, std::string_view kind, std::size_t bytes_max);

    std::vector<std::string> all(std::string_view key) const;
    std::optional<std::string> find(std::string_view key) const;

    // A field that must be there; empty, and the file bad, when it is not.
    std::string text(std::string_view key);

    // A whole number that must be there and in range.
    template <class Number = std::int64_t>
    Number number(
        std::string_view key,
        Number least = std::numeric_limits<Number>::min(),
        Number most = std::numeric_limits<Number>::max()
    ) {
        const std::string value = text(key);
        Number parsed{};
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, parsed);
        if (error != std::errc{} || stop != end || parsed < least || parsed > most) {
            reject("has a bad " + std::string(key));
            return least;
        }
        return parsed;
    }

    // Makes the file bad for a reason of the caller's; the first reason stays.
    void reject(const std::string& why);

    // `invalid_argument` with the reason, when the file is bad.
    const std::optional<Error>& error() const { return error_; }

  private:
    std::string_view checked_body(std::string_view text);
    void split(std::string_view body);

    std::string kind_;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::optional<Error> error_;
};

}  // namespace tuner
