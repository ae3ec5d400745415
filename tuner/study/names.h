// One table per enum: its one spelling, in JSON, SQL, YAML, the CLI and the dashboard, to and from
// text.
//
// name_of() never fails for a valid enumerator. from_name() answers nothing for a text that is not
// one of them; the caller knows the place and writes the error (list_names() says what would be
// right).

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tuner {

// Each enum that has names specialises this: `static constexpr std::array entries{std::pair{…}}`.
template <class Enum>
struct Names;

template <class Enum>
constexpr std::string_view name_of(Enum value) {
    for (const auto& [entry, name] : Names<Enum>::entries) {
        if (entry == value) {
            return name;
        }
    }
    return "?";
}

template <class Enum>
constexpr std::optional<Enum> from_name(std::string_view text) {
    for (const auto& [entry, name] : Names<Enum>::entries) {
        if (name == text) {
            return entry;
        }
    }
    return std::nullopt;
}

// "minimize, maximize": every name of an enum, for messages.
template <class Enum>
std::string list_names() {
    std::string text;
    for (const auto& [entry, name] : Names<Enum>::entries) {
        text += text.empty() ? "" : ", ";
        text += name;
    }
    return text;
}

// Makes one entry of a table without repeating the types.
template <class Enum>
constexpr std::pair<Enum, std::string_view> named(Enum value, std::string_view name) {
    return {value, name};
}

}  // namespace tuner
