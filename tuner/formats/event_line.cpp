#include "tuner/formats/event_line.h"

#include <array>
#include <charconv>
#include <system_error>

namespace tuner {

namespace {

// Takes a number and the blank behind it off the front of `text`.
template <class Number>
bool take(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length >= text.size() || text[length] != ' ') {
        return false;
    }
    text.remove_prefix(length + 1);
    return true;
}

}  // namespace

std::string to_text(const EventLine& line) {
    std::array<char, 32> value{};
    const auto written = std::to_chars(value.data(), value.data() + value.size(), line.value);
    std::string text = std::to_string(line.step);
    text += ' ';
    text.append(value.data(), written.ptr);
    text += ' ';
    text += line.tag;
    return text;
}

std::optional<EventLine> parse_event_line(std::string_view text) {
    EventLine line;
    if (!take(text, line.step) || line.step < 0 || !take(text, line.value) || text.empty()) {
        return std::nullopt;
    }
    line.tag = text;
    return line;
}

}  // namespace tuner
