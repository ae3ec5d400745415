// Log writes one line per event to stderr: time, level, event, then key=value pairs. Talk, never
// data.
//
// Log where an error is finally handled, once; code that returns an Error does not log it too. Safe
// on any thread.

#pragma once

#include <string>
#include <string_view>

namespace tuner::log {

enum class Level { debug, info, warning, error, off };

// Nothing below `level` is written. The default is warning: a CLI is quiet unless something is
// wrong.
void set_level(Level level);

// One event. `details` is already "key=value key=value"; make it with fmt::format.
void write(Level level, std::string_view event, std::string_view details);

// A value as it stands in a log line: bare when it is one plain word, else quoted with escapes.
std::string quoted(std::string_view value);

inline void info(std::string_view event, std::string_view details = {}) {
    write(Level::info, event, details);
}

inline void warning(std::string_view event, std::string_view details = {}) {
    write(Level::warning, event, details);
}

inline void error(std::string_view event, std::string_view details = {}) {
    write(Level::error, event, details);
}

}  // namespace tuner::log
