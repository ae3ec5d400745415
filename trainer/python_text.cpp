#include "trainer/python_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trainer {

namespace {

// Python writes exponents from here on; below, it writes zeros.
constexpr int kSmallestPlainExponent = -4;
constexpr int kFirstLargeExponent = 16;

// "d.ddde±xx", the shortest form of std::to_chars, taken apart and set as Python's repr() does.
std::string set_like_repr(std::string_view scientific) {
    const std::string_view sign = scientific.starts_with('-') ? "-" : "";
    scientific.remove_prefix(sign.size());
    const std::size_t e = scientific.find('e');
    const int exponent = std::stoi(std::string(scientific.substr(e + 1)));
    std::string digits(scientific.substr(0, 1));
    if (e > 2) {
        digits += scientific.substr(2, e - 2);
    }
    if (exponent < kSmallestPlainExponent || exponent >= kFirstLargeExponent) {
        const std::string_view point = digits.size() > 1 ? "." : "";
        return fmt::format("{}{}{}{}e{:+03}", sign, digits[0], point, digits.substr(1), exponent);
    }
    if (exponent < 0) {
        return fmt::format(
            "{}0.{}{}", sign, std::string(static_cast<std::size_t>(-exponent - 1), '0'), digits
        );
    }
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) {
        digits.append(whole - digits.size(), '0');
        return fmt::format("{}{}.0", sign, digits);
    }
    return fmt::format("{}{}.{}", sign, digits.substr(0, whole), digits.substr(whole));
}

template <class Number>
std::string repr(Number value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    std::array<char, 64> buffer{};
    const auto result = std::to_chars(
        buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific
    );
    return set_like_repr(std::string_view(buffer.data(), result.ptr));
}

}  // namespace

std::string python_text(double value) {
    return repr(value);
}

std::string python_text(float value) {
    return repr(value);
}

std::string python_json(float value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0 ? "Infinity" : "-Infinity";
    }
    return repr(value);
}

std::string python_json(std::string_view text) {
    constexpr bool kAsciiOnly = true;
    using Json = nlohmann::json;
    return Json(text).dump(-1, ' ', kAsciiOnly, Json::error_handler_t::replace);
}

}  // namespace trainer
