#include "tuner/api/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tuner {

Result<Query> Query::read(const Request& request, std::initializer_list<std::string_view> known) {
    NamedTexts values;
    for (const auto& [name, value] : request.query) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string knows = known.size() == 0
                                          ? "it takes none"
                                          : fmt::format("it takes {}", fmt::join(known, ", "));
            return invalid(
                fmt::format("this call does not know the parameter '{}'; {}", name, knows)
            );
        }
        const bool repeated = std::any_of(values.begin(), values.end(), [&n = name](auto& other) {
            return other.first == n;
        });
        if (repeated) {
            return invalid(fmt::format("the parameter '{}' is given twice", name));
        }
        values.emplace_back(name, value);
    }
    return Query(std::move(values));
}

std::optional<std::string> Query::text(std::string_view name) const {
    for (const auto& [known, value] : values_) {
        if (known == name) {
            return value;
        }
    }
    return std::nullopt;
}

Result<std::int64_t> Query::number(
    std::string_view name, std::int64_t otherwise, std::int64_t min, std::int64_t max
) const {
    const auto given = text(name);
    return given ? parse_number(name, *given, min, max) : otherwise;
}

Result<bool> Query::flag(std::string_view name) const {
    const auto given = text(name);
    if (!given || *given == "false") {
        return false;
    }
    if (*given == "true") {
        return true;
    }
    return invalid(fmt::format("{} must be true or false, not '{}'", name, *given));
}

Result<std::int64_t> parse_number(
    std::string_view what, std::string_view text, std::int64_t min, std::int64_t max
) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) {
        return invalid(
            fmt::format("{} must be a whole number from {} to {}, not '{}'", what, min, max, text)
        );
    }
    return value;
}

}  // namespace tuner
