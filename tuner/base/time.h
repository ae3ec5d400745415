// TimePoint is a moment for people to read (wall clock, UTC, milliseconds); Duration is what
// deadlines and elapsed times are made of (boot clock, so that a clock change or a suspended laptop
// changes no deadline).
//
// Clock gives both and is passed in, so that tests hold time in their hands. Times are written as
// RFC 3339 in UTC.

#pragma once

#include "tuner/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace tuner {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
  public:
    virtual ~Clock() = default;

    // The wall clock: for display and records only, it may jump.
    virtual TimePoint now() const = 0;

    // Time since boot including suspend (CLOCK_BOOTTIME): never jumps, the base of every deadline.
    virtual Duration uptime() const = 0;
};

// The machine's own clocks.
class SystemClock final : public Clock {
  public:
    TimePoint now() const override;
    Duration uptime() const override;
};

// "2026-11-24T10:02:11.120Z": always UTC, always three digits of a second.
std::string to_rfc3339(TimePoint time);

// Reads what to_rfc3339 writes, with 0 to 9 fraction digits (cut to milliseconds) and a zone of Z
// or +00:00.
Result<TimePoint> from_rfc3339(std::string_view text);

// "0.4s", "41s", "3m05s", "2h07m": a duration as people read it.
std::string to_readable(Duration duration);

// "90", "90s", "1.5h", "30m", "2d", "500ms" or the legacy "604800s"; a bare number is seconds. Not
// negative.
Result<Duration> parse_duration(std::string_view text);

}  // namespace tuner
