#include "tuner/base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tuner::log {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "tuner", std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        made->set_level(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

bool is_plain(std::string_view value) {
    return !value.empty() && value.find_first_of(" =\"\\\t\r\n") == std::string_view::npos;
}

}  // namespace

void set_level(Level level) {
    logger().set_level(to_spdlog(level));
}

void write(Level level, std::string_view event, std::string_view details) {
    logger().log(to_spdlog(level), "event={}{}{}", event, details.empty() ? "" : " ", details);
}

std::string quoted(std::string_view value) {
    if (is_plain(value)) {
        return std::string(value);
    }
    std::string text = "\"";
    for (const char c : value) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (c == '\n') {
            text += "\\n";
        } else if (code < 0x20 || code == 0x7f) {
            text += fmt::format("\\x{:02x}", code);
        } else {
            text += c;
        }
    }
    return text + '"';
}

}  // namespace tuner::log
