#include "tuner/base/time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tuner {

namespace chrono = std::chrono;

namespace {

Duration read_clock(clockid_t id) {
    timespec spec{};
    clock_gettime(id, &spec);
    return std::chrono::duration_cast<Duration>(
        std::chrono::seconds(spec.tv_sec) + std::chrono::nanoseconds(spec.tv_nsec)
    );
}

// Reads exactly `digits` decimal digits at `at` and moves past them; -1 when they are not there.
int take_number(std::string_view text, std::size_t& at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at) {
        if (at >= text.size() || text[at] < '0' || text[at] > '9') {
            return -1;
        }
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

bool take_any(std::string_view text, std::size_t& at, std::string_view allowed) {
    if (at >= text.size() || allowed.find(text[at]) == std::string_view::npos) {
        return false;
    }
    ++at;
    return true;
}

// The fraction of a second as milliseconds; the text may have 1 to 9 digits. -1 when it is
// malformed.
int take_fraction(std::string_view text, std::size_t& at) {
    if (at >= text.size() || text[at] != '.') {
        return 0;
    }
    ++at;
    const std::size_t start = at;
    int millis = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        if (at - start < 3) {
            millis = millis * 10 + (text[at] - '0');
        }
        ++at;
    }
    const std::size_t digits = at - start;
    if (digits == 0 || digits > 9) {
        return -1;
    }
    for (std::size_t i = digits; i < 3; ++i) {
        millis *= 10;
    }
    return millis;
}

struct Unit {
    std::string_view name;
    double milliseconds;
};

constexpr Unit kUnits[] = {
    {"", 1e3},
    {"s", 1e3},
    {"ms", 1.0},
    {"m", 60e3},
    {"h", 3600e3},
    {"d", 86400e3},
};

}  // namespace

TimePoint SystemClock::now() const {
    return TimePoint(read_clock(CLOCK_REALTIME));
}

Duration SystemClock::uptime() const {
    return read_clock(CLOCK_BOOTTIME);
}

std::string to_rfc3339(TimePoint time) {
    using std::chrono::sys_days;
    // RFC 3339 has years of four digits; what a damaged record makes of a time may be beyond.
    constexpr TimePoint kFirst = sys_days(std::chrono::year(0) / 1 / 1);
    constexpr TimePoint kLast = sys_days(std::chrono::year(10'000) / 1 / 1) - Duration(1);
    time = std::clamp(time, kFirst, kLast);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t whole = seconds.time_since_epoch().count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), (time - seconds).count());
}

Result<TimePoint> from_rfc3339(std::string_view text) {
    const auto wrong =
        invalid(fmt::format("\"{}\" is not a UTC time like 2026-11-24T10:02:11.120Z", text));
    std::size_t at = 0;
    const int y = take_number(text, at, 4);
    const bool dash1 = take_any(text, at, "-");
    const int mo = take_number(text, at, 2);
    const bool dash2 = take_any(text, at, "-");
    const int d = take_number(text, at, 2);
    const bool separator = take_any(text, at, "Tt ");
    const int h = take_number(text, at, 2);
    const bool colon1 = take_any(text, at, ":");
    const int mi = take_number(text, at, 2);
    const bool colon2 = take_any(text, at, ":");
    const int s = take_number(text, at, 2);
    if (!dash1 || !dash2 || !separator || !colon1 || !colon2) {
        return wrong;
    }
    const int fraction = take_fraction(text, at);
    const std::string_view zone = at <= text.size() ? text.substr(at) : "";
    const chrono::year_month_day date{
        chrono::year(y),
        chrono::month(static_cast<unsigned>(mo)),
        chrono::day(static_cast<unsigned>(d))};
    const bool in_range = h >= 0 && h < 24 && mi >= 0 && mi < 60 && s >= 0 && s < 60;
    if (y < 0 || mo < 0 || d < 0 || fraction < 0 || !date.ok() || !in_range ||
        (zone != "Z" && zone != "z" && zone != "+00:00")) {
        return wrong;
    }
    return TimePoint(chrono::sys_days(date)) + chrono::hours(h) + chrono::minutes(mi) +
           chrono::seconds(s) + Duration(fraction);
}

std::string to_readable(Duration duration) {
    const std::int64_t ms = duration.count();
    if (ms < 10'000) {
        return fmt::format("{:.1f}s", static_cast<double>(ms) / 1000.0);
    }
    const std::int64_t s = (ms + 500) / 1000;
    if (s < 60) {
        return fmt::format("{}s", s);
    }
    if (s < 3600) {
        return fmt::format("{}m{:02}s", s / 60, s % 60);
    }
    return fmt::format("{}h{:02}m", s / 3600, s % 3600 / 60);
}

Result<Duration> parse_duration(std::string_view text) {
    const auto wrong =
        invalid(fmt::format("\"{}\" is not a duration like 90s, 30m, 1.5h or 2d", text));
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value) || value < 0) {
        return wrong;
    }
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : kUnits) {
        const double milliseconds = value * unit.milliseconds;
        if (unit.name == name && milliseconds < 9e15) {
            return Duration(static_cast<std::int64_t>(std::llround(milliseconds)));
        }
    }
    return wrong;
}

}  // namespace tuner
