#include "tuner/optimizer/taken.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

Assignment point(std::int64_t x) {
    return Assignment({{"x", x}});
}

History history_of(std::int64_t trials) {
    History history{a_config().over({parameter("x", IntegerRange{1, 1'000})}).build(), {}};
    for (std::int64_t id = 1; id <= trials; ++id) {
        history.trials.push_back(a_trial(id).with({{"x", id}}).build());
    }
    return history;
}

}  // namespace

TEST_CASE("what the history has tried is taken however often it is asked", "[taken]") {
    const History history = history_of(40);
    const Taken taken(history);
    for (std::int64_t x = 1; x <= 80; ++x) {
        CHECK(taken.contains(point(x)) == (x <= 40));
    }
}

TEST_CASE("what a request has marked is taken", "[taken]") {
    const History history = history_of(3);
    Taken taken(history);
    CHECK_FALSE(taken.insert(point(2)));
    CHECK(taken.insert(point(7)));
    CHECK_FALSE(taken.insert(point(7)));
    CHECK(taken.contains(point(7)));
    CHECK(taken.size() == 4);
}

TEST_CASE("the order of the entries and the sign of zero make no other assignment", "[taken]") {
    History history = history_of(0);
    history.trials.push_back(a_trial(1).with({{"x", 0.0}, {"y", std::string("1")}}).build());
    const Taken taken(history);
    CHECK(taken.contains(Assignment({{"y", std::string("1")}, {"x", -0.0}})));
    CHECK_FALSE(taken.contains(Assignment({{"y", std::int64_t{1}}, {"x", 0.0}})));
}

TEST_CASE("the last free assignment of a finite space is found", "[taken]") {
    History history = history_of(1'000);
    history.trials.erase(history.trials.begin() + 499);
    const auto all = SpaceEnumeration::create(history.config.space);
    REQUIRE(all);
    Taken taken(history);
    const auto free = taken.next_free(*all, 750);
    REQUIRE(free);
    CHECK(*free == point(500));
    taken.insert(*free);
    CHECK_FALSE(taken.next_free(*all, 750));
}
