#include "tuner/cli/printable.h"

#include "tuner/study/parameter.h"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <locale.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

// wcwidth() answers for the thread's locale, which may know nothing beyond ASCII.
class Utf8Locale {
  public:
    Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_ != nullptr) {
            previous_ = ::uselocale(locale_);
        }
    }

    ~Utf8Locale() {
        if (locale_ != nullptr) {
            ::uselocale(previous_);
            ::freelocale(locale_);
        }
    }

    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

  private:
    locale_t locale_;
    locale_t previous_ = nullptr;
};

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    });
}

struct Character {
    std::size_t bytes = 1;
    std::size_t columns = 1;
};

// The first character of a text that is not empty, under a Utf8Locale.
Character first_character(std::string_view text) {
    std::mbstate_t state{};
    wchar_t wide = 0;
    const std::size_t bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
    if (bytes == 0 || bytes > text.size()) {
        return {};  // not UTF-8: shown as one replacement
    }
    return {bytes, static_cast<std::size_t>(std::max(::wcwidth(wide), 0))};
}

ParameterValue to_parameter_value(const Json& value) {
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (value.is_number_float()) {
        return value.get<double>();
    }
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = static_cast<unsigned char>(text[i]);
        const bool is_c1 =
            code == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (code == '\n' || code == '\t') {
            shown += ' ';
        } else if (is_c1) {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
        } else if (code < 0x20 || code == 0x7f) {
            shown += fmt::format("\\x{:02x}", code);
        } else {
            shown += text[i];
        }
    }
    return shown;
}

std::size_t display_width(std::string_view text) {
    if (is_ascii(text)) {
        return text.size();
    }
    const Utf8Locale locale;
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        width += character.columns;
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) {
        return std::string(text);
    }
    const Utf8Locale locale;
    std::size_t bytes = 0;
    std::size_t columns = 1;  // of the "…"
    while (bytes < text.size()) {
        const Character character = first_character(text.substr(bytes));
        if (columns + character.columns > width) {
            break;
        }
        bytes += character.bytes;
        columns += character.columns;
    }
    return width == 0 ? "" : std::string(text.substr(0, bytes)) + "…";
}

std::string cell_text(const Json& value, Digits digits) {
    if (value.is_null()) {
        return digits == Digits::few ? "-" : "";
    }
    if (value.is_string()) {
        const auto text = value.get<std::string>();
        return digits == Digits::few ? printable(text) : text;
    }
    if (value.is_number_float() && digits == Digits::few) {
        return fmt::format("{:.4g}", value.get<double>());
    }
    return value.dump();
}

std::string field_text(const Json& object, const char* name) {
    return cell_text(object.at(name), Digits::few);
}

std::string metric_text(const Json& value) {
    return value.is_number() ? fmt::format("{:.6g}", value.get<double>()) : "-";
}

std::string parameters_text(const Json& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters.items()) {
        text += text.empty() ? "" : "   ";
        text += fmt::format("{} {}", printable(name), cell_text(value, Digits::few));
    }
    return text;
}

std::string flags_text(const Json& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters.items()) {
        text += text.empty() ? "" : " ";
        text += shell_quoted(fmt::format("--{}={}", name, to_flag_text(to_parameter_value(value))));
    }
    return text;
}

std::string shell_quoted(std::string_view text) {
    const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_=./,:+@%").find(c) != std::string_view::npos;
    });
    if (plain) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

}  // namespace tuner
