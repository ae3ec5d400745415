#include "tuner/cli/yaml_text.h"

#include "tuner/formats/json_text.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

// A text that begins with a letter and has only harmless characters stands by itself, unless it is
// one of YAML's words. Everything else is a JSON string, which is a YAML one.
std::string scalar(const Json& value) {
    if (!value.is_string()) {
        return to_line(value);
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool plain = !text.empty() && (is_letter(text[0]) || text[0] == '/') &&
                       std::all_of(text.begin(), text.end(), [&](char c) {
                           return is_letter(c) || (c >= '0' && c <= '9') ||
                                  std::string_view("_-./").find(c) != std::string_view::npos;
                       });
    static constexpr std::string_view kWords[] = {
        "y", "n", "yes", "no", "true", "false", "on", "off", "null"};
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool word = std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
    return plain && !word ? text : to_line(value);
}

bool is_block(const Json& value) {
    return value.is_structured() && !value.empty();
}

// Every line of a block, each with `indent` spaces before it.
std::string block(const Json& value, std::size_t indent) {
    const std::string margin(indent, ' ');
    std::string text;
    if (value.is_array()) {
        for (const Json& item : value) {
            std::string lines =
                is_block(item) ? block(item, indent + 2) : margin + "  " + scalar(item) + "\n";
            lines[indent] = '-';
            text += lines;
        }
        return text;
    }
    for (const auto& [name, item] : value.items()) {
        text += margin + scalar(Json(name)) + ":";
        text += is_block(item) ? "\n" + block(item, indent + 2) : " " + scalar(item) + "\n";
    }
    return text;
}

}  // namespace

std::string to_yaml(const Json& value) {
    return is_block(value) ? block(value, 0) : scalar(value) + "\n";
}

}  // namespace tuner
