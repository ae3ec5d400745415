// A Query reads the parameters after the `?` of a request: only known ones, each at most once.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/result.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace tuner {

class Query {
  public:
    // `invalid_argument` for a parameter that is not in `known`, or one given twice.
    static Result<Query> read(
        const Request& request, std::initializer_list<std::string_view> known
    );

    // A parameter's text, if it was given.
    std::optional<std::string> text(std::string_view name) const;

    // A decimal number from min to max; `invalid_argument` for anything else.
    Result<std::int64_t> number(
        std::string_view name, std::int64_t otherwise, std::int64_t min, std::int64_t max
    ) const;

    // true or false; false when it was not given, `invalid_argument` for anything else.
    Result<bool> flag(std::string_view name) const;

  private:
    explicit Query(NamedTexts values) : values_(std::move(values)) {}

    NamedTexts values_;
};

// A whole decimal number from min to max, else `invalid_argument` that begins with `what`.
Result<std::int64_t> parse_number(
    std::string_view what, std::string_view text, std::int64_t min, std::int64_t max
);

}  // namespace tuner
