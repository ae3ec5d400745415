#include "tuner/api/log_escaper.h"

#include "tuner/formats/utf8.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace {

// How many bytes a character has, by its first; 1 for what cannot begin one.
std::size_t length_of(char first) {
    const auto code = static_cast<unsigned char>(first);
    return code >= 0xf0 && code < 0xf8   ? 4
           : code >= 0xe0 && code < 0xf0 ? 3
           : code >= 0xc2 && code < 0xe0 ? 2
                                         : 1;
}

bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) {
        return (first < 0x20 && first != '\t') || first >= 0x7f;
    }
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;  // U+0080 to U+009F
}

std::string escaped(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

}  // namespace

std::string LogEscaper::feed(std::string_view bytes) {
    const std::string input = waiting_ + std::string(bytes);
    waiting_.clear();
    std::string text;
    for (std::size_t i = 0; i < input.size();) {
        const std::size_t length = length_of(input[i]);
        std::string_view character = std::string_view(input).substr(i, length);
        if (character.size() < length) {
            waiting_ = character;
            break;
        }
        if (length > 1 && find_invalid_utf8(character) != std::string_view::npos) {
            character = character.substr(0, 1);
        }
        i += character.size();
        const bool repeats_return = character == "\n" && after_return_;
        after_return_ = character == "\r";
        if (repeats_return) {
            continue;
        }
        if (character == "\n" || character == "\r") {
            text += '\n';
        } else {
            text += is_control(character) ? escaped(character) : std::string(character);
        }
    }
    return text;
}

std::string LogEscaper::finish() {
    return escaped(std::exchange(waiting_, {}));
}

}  // namespace tuner
