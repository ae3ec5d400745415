// A scalar of an event file as a line of the metrics file: "STEP VALUE TAG". The shim writes it,
// the daemon reads it; the tag is the rest of the line, whatever blanks it holds.
//
// Exact: a value reads back as it was, NaN and infinities too. Pure functions, without JSON, so
// that the shim stays tiny.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tuner {

struct EventLine {
    std::int64_t step = 0;  // not negative
    double value = 0;
    std::string tag;  // not empty

    friend bool operator==(const EventLine&, const EventLine&) = default;
};

std::string to_text(const EventLine& line);

// Nothing when it is no such line.
std::optional<EventLine> parse_event_line(std::string_view text);

}  // namespace tuner
