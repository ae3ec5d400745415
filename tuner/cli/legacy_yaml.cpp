#include "tuner/cli/legacy_yaml.h"

#include "tuner/formats/json_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;
using namespace std::string_view_literals;

// Words of YAML 1.1 that are no texts.
constexpr std::array kWords{
    "y"sv,
    "n"sv,
    "yes"sv,
    "no"sv,
    "true"sv,
    "false"sv,
    "on"sv,
    "off"sv,
    "null"sv,
    "~"sv,
    ""sv,
    ".nan"sv,
    ".inf"sv,
    "-.inf"sv,
    "+.inf"sv,
    "="sv,
    "<<"sv};

bool is_word(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

// Numbers, times and dates: whatever begins like a number and has nothing but what those have.
bool is_number_like(std::string_view text) {
    const bool begins = text.find_first_of("0123456789") <= 1 &&
                        std::string_view("0123456789+-.").find(text[0]) != std::string_view::npos;
    return begins &&
           text.find_first_not_of("0123456789abcdefABCDEFxoTZ_+-.: ") == std::string_view::npos;
}

bool is_plain(const std::string& text) {
    constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`";
    const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (has_control || is_word(text) || text.front() == ' ' || text.back() == ' ' ||
        is_number_like(text)) {
        return false;
    }
    const bool begins_badly = kIndicators.find(text.front()) != std::string_view::npos;
    const bool is_flag = text.size() > 1 &&
                         std::string_view("-?:").find(text.front()) != std::string_view::npos &&
                         text[1] != ' ';
    return (!begins_badly || is_flag) && text.find(": ") == std::string::npos &&
           text.find(" #") == std::string::npos && text.back() != ':';
}

std::string scalar(const Json& value) {
    if (!value.is_string()) {
        return to_line(value);
    }
    const auto& text = value.get_ref<const std::string&>();
    if (is_plain(text)) {
        return text;
    }
    const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (has_control) {
        return to_line(value);  // a double-quoted text of YAML is one of JSON
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? "''"sv : std::string_view(&c, 1);
    }
    return quoted + "'";
}

bool is_block(const Json& value) {
    return value.is_structured() && !value.empty();
}

std::string block(const Json& value, std::size_t indent);

std::string list(const Json& value, std::size_t indent) {
    const std::string margin(indent, ' ');
    std::string text;
    for (const Json& item : value) {
        std::string lines =
            is_block(item) ? block(item, indent + 2) : margin + "  " + scalar(item) + "\n";
        lines[indent] = '-';
        text += lines;
    }
    return text;
}

std::string block(const Json& value, std::size_t indent) {
    if (value.is_array()) {
        return list(value, indent);
    }
    std::map<std::string, const Json*> sorted;
    for (const auto& [key, item] : value.items()) {
        sorted.emplace(key, &item);
    }
    const std::string margin(indent, ' ');
    std::string text;
    for (const auto& [key, item] : sorted) {
        text += margin + scalar(Json(key)) + ":";
        if (!is_block(*item)) {
            text += " " + scalar(*item) + "\n";
        } else {
            text += "\n" + block(*item, item->is_array() ? indent : indent + 2);
        }
    }
    return text;
}

}  // namespace

std::string to_legacy_yaml(const Json& value) {
    return is_block(value) ? block(value, 0) : scalar(value) + "\n";
}

}  // namespace tuner
