#include "tuner/formats/yaml_scalar.h"

#include "tuner/study/limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace tuner {

namespace {

struct Word {
    std::string_view lower;
    bool value;
};

constexpr Word kBooleans[] = {
    {"true", true}, {"yes", true}, {"on", true}, {"false", false}, {"no", false}, {"off", false}};

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

// Lower, UPPER or Capitalised.
bool has_usual_case(std::string_view text) {
    const auto uppers = std::count_if(text.begin(), text.end(), is_upper);
    return uppers == 0 || uppers == static_cast<std::ptrdiff_t>(text.size()) ||
           (uppers == 1 && is_upper(text.front()));
}

std::string_view without_sign(std::string_view text) {
    return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// 010 is eight in YAML 1.1 and ten in YAML 1.2.
bool has_leading_zero(std::string_view digits) {
    return digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
}

}  // namespace

std::optional<bool> to_boolean(std::string_view text) {
    if (text.empty() || !has_usual_case(text)) {
        return std::nullopt;
    }
    const std::string lower = to_lower(text);
    for (const Word& word : kBooleans) {
        if (word.lower == lower) {
            return word.value;
        }
    }
    return std::nullopt;
}

std::optional<double> to_finite_number(std::string_view text) {
    const std::string_view digits = without_sign(text);
    const bool begins_well =
        !digits.empty() &&
        (is_digit(digits[0]) || (digits.size() > 1 && digits[0] == '.' && is_digit(digits[1])));
    if (!begins_well || has_leading_zero(digits)) {
        return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return text.starts_with('-') ? -value : value;
}

std::optional<std::int64_t> to_whole_number(std::string_view text) {
    const auto value = to_finite_number(text);
    if (!value || *value != std::floor(*value) ||
        std::abs(*value) > static_cast<double>(kMaxInteger)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*value);
}

std::optional<std::uint64_t> to_unsigned_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || has_leading_zero(text)) {
        return std::nullopt;
    }
    return value;
}

std::string_view wanted_number(std::string_view text) {
    std::string lower = to_lower(without_sign(text));
    if (lower.starts_with('.')) {
        lower.erase(0, 1);
    }
    if (lower == "nan" || lower == "inf" || lower == "infinity") {
        return "a finite number";
    }
    if (has_leading_zero(without_sign(text))) {
        return "a number without leading zeros";
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range && end == text.data() + text.size()) {
        return "a number within the range of a double";
    }
    return "a number";
}

}  // namespace tuner
