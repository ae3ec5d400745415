// The simulation tested itself: it is deterministic, and its oracle notices a world that is wrong.

#include "tests/simulation/schedule.h"
#include "tuner/base/log.h"

#include <tuple>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::simulation;

namespace {

// The daemons' complaints about faults are no news here.
const bool kQuiet = (log::set_level(log::Level::off), true);

std::vector<std::string> play(std::uint64_t seed) {
    Schedule schedule({.seed = seed, .keeps_lines = true});
    schedule.run();
    return schedule.diary().lines();
}

// What a schedule comes to. One at a time: the schedules of a thread share their database.
std::tuple<Duration, FaultCounts, std::vector<std::string>> outcome(std::uint64_t seed, bool kept) {
    Schedule schedule({.seed = seed, .keeps_lines = kept});
    schedule.run();
    const Diary& diary = schedule.diary();
    return {schedule.virtual_time(), diary.faults(), diary.violations()};
}

// The first violation that a broken world leads to, within some seeds.
std::string first_violation(Break broken) {
    constexpr std::uint64_t kSeeds = 200;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Schedule schedule({.seed = seed, .broken = broken});
        schedule.run();
        if (!schedule.diary().violations().empty()) {
            return schedule.diary().violations().front();
        }
    }
    return "none";
}

}  // namespace

TEST_CASE("a seed is played the same way every time", "[simulation]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::vector<std::string> first = play(seed);
        CHECK(first.size() > 10);
        CHECK(first == play(seed));
    }
}

TEST_CASE("keeping the diary changes nothing", "[simulation]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CHECK(outcome(seed, true) == outcome(seed, false));
    }
}

TEST_CASE("a trainer that does not wait for the word is noticed", "[simulation]") {
    CHECK_THAT(first_violation(Break::eager_shim), Catch::Contains("begins off the record"));
}

TEST_CASE("a trainer that is begun again by its adoption is noticed", "[simulation]") {
    CHECK_THAT(first_violation(Break::second_begin), Catch::Contains("begun twice"));
}

TEST_CASE("a line that is lost on its way to the record is noticed", "[simulation]") {
    CHECK_THAT(first_violation(Break::lost_line), Catch::Contains("are stored"));
}

TEST_CASE("a lost attempt that is said to have ended well is noticed", "[simulation]") {
    CHECK_THAT(first_violation(Break::lying_exit), Catch::Contains("ended as lost"));
}

TEST_CASE("a GPU that two trainers use is noticed", "[simulation]") {
    CHECK_THAT(first_violation(Break::greedy_trainer), Catch::Contains("is given to"));
}
