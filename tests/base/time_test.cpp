#include "tuner/base/time.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using tuner::Duration;
using tuner::TimePoint;

TEST_CASE("a time is written as RFC 3339 in UTC with milliseconds", "[time]") {
    CHECK(tuner::to_rfc3339(TimePoint(0ms)) == "1970-01-01T00:00:00.000Z");
    CHECK(tuner::to_rfc3339(TimePoint(1795514531120ms)) == "2026-11-24T10:02:11.120Z");
}

TEST_CASE("what is written as a time is read back the same", "[time]") {
    const TimePoint time(1795514531120ms);
    CHECK(tuner::from_rfc3339(tuner::to_rfc3339(time)) == time);
    CHECK(tuner::from_rfc3339("2026-11-24T10:02:11Z") == TimePoint(1795514531000ms));
    CHECK(tuner::from_rfc3339("2026-11-24T10:02:11.1204567Z") == time);
    CHECK(tuner::from_rfc3339("2026-11-24T10:02:11.12+00:00") == time);
}

TEST_CASE("a time beyond four digits of years is the last or first that has them", "[time]") {
    const auto text_of = [](std::int64_t ms) { return tuner::to_rfc3339(TimePoint(Duration(ms))); };
    CHECK(text_of(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
    CHECK(text_of(253'402'300'800'000) == "9999-12-31T23:59:59.999Z");
    CHECK(text_of(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(text_of(-62'167'219'200'000) == "0000-01-01T00:00:00.000Z");
    CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00.000Z");
    // Past the end of std::chrono::system_clock, whose unit is a nanosecond.
    CHECK(text_of(9'223'372'036'855) == "2262-04-11T23:47:16.855Z");
}

TEST_CASE("a text that is no UTC time is refused", "[time]") {
    for (const auto* text :
         {"",
          "now",
          "2026-11-24",
          "2026-13-01T00:00:00Z",
          "2026-02-30T00:00:00Z",
          "2026-11-24T24:00:00Z",
          "2026-11-24T10:02:11",
          "2026-11-24T10:02:11.Z",
          "2026-11-24T10:02:11+01:00",
          "2026-11-24T10:02:11.1234567890Z"}) {
        CAPTURE(text);
        CHECK_FALSE(tuner::from_rfc3339(text));
    }
}

TEST_CASE("durations are read with their units", "[time]") {
    CHECK(tuner::parse_duration("90") == Duration(90s));
    CHECK(tuner::parse_duration("604800s") == Duration(168h));
    CHECK(tuner::parse_duration("30m") == Duration(30min));
    CHECK(tuner::parse_duration("1.5h") == Duration(90min));
    CHECK(tuner::parse_duration("2d") == Duration(48h));
    CHECK(tuner::parse_duration("250ms") == Duration(250ms));
    for (const auto* text : {"", "s", "-1s", "1w", "1 h", "inf", "nan", "1e300s", "1h30m"}) {
        CAPTURE(text);
        CHECK_FALSE(tuner::parse_duration(text));
    }
}

TEST_CASE("a duration is printed as people read it", "[time]") {
    CHECK(tuner::to_readable(420ms) == "0.4s");
    CHECK(tuner::to_readable(41s) == "41s");
    CHECK(tuner::to_readable(59'700ms) == "1m00s");
    CHECK(tuner::to_readable(185s) == "3m05s");
    CHECK(tuner::to_readable(127min) == "2h07m");
}

TEST_CASE("time since boot never goes backwards", "[time]") {
    const tuner::SystemClock clock;
    const Duration before = clock.uptime();
    CHECK(before > 0ms);
    CHECK(clock.uptime() >= before);
}
