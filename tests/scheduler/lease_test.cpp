#include "tuner/scheduler/lease.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace std::chrono_literals;

namespace {

Limits limits(std::optional<Duration> timeout, std::optional<Duration> stall_timeout) {
    Limits limits;
    limits.timeout = timeout;
    limits.stall_timeout = stall_timeout;
    return limits;
}

}  // namespace

TEST_CASE("a lease without a timeout never ends", "[lease]") {
    CHECK(!end_of({1s, 2s}, limits({}, {})));
}

TEST_CASE("a lease ends when its client was silent for too long", "[lease]") {
    const auto end = end_of({1s, 2s}, limits({}, 90s));
    REQUIRE(end);
    CHECK(end->at == 92s);
    CHECK(end->exit.kind == ExitKind::lost);
    CHECK(end->exit.message == "its client was silent for longer than the stallTimeout of 1m30s");
}

TEST_CASE("a lease ends with its timeout, whatever its client says", "[lease]") {
    const auto end = end_of({1s, 50s}, limits(60s, {}));
    REQUIRE(end);
    CHECK(end->at == 61s);
    CHECK(end->exit.kind == ExitKind::timed_out);
}

TEST_CASE("a lease ends with whichever comes first", "[lease]") {
    CHECK(end_of({0s, 20s}, limits(60s, 30s))->exit.kind == ExitKind::lost);
    CHECK(end_of({0s, 30s}, limits(60s, 30s))->exit.kind == ExitKind::timed_out);
    CHECK(end_of({0s, 40s}, limits(60s, 30s))->at == 60s);
}

TEST_CASE("an alarm that goes off late tells of a sleep", "[lease]") {
    CHECK(!has_overslept(50s, 50s));
    CHECK(!has_overslept(50s, 50s + kPromptAlarm));
    CHECK(has_overslept(50s, 50s + kPromptAlarm + 1ms));
}
