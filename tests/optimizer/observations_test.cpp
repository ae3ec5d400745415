#include "tuner/optimizer/observations.h"

#include "tests/support/builders.h"
#include "tuner/optimizer/surrogate.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

TrialBuilder trial_at(std::int64_t id, double x) {
    return a_trial(id).with({{"x", x}});
}

Trial stopped(Trial trial, std::optional<Forecast> forecast) {
    trial.forecast = forecast;
    return trial;
}

// A line through x at 0, 0.2, 0.8 and 1, and a trial at 0.5 that was stopped at the value 9.
History a_line(std::optional<Forecast> forecast) {
    History history{a_config().over({parameter("x", RealRange{0, 1})}).build(), {}};
    std::int64_t id = 0;
    for (const double x : {0.0, 0.2, 0.8, 1.0}) {
        history.trials.push_back(trial_at(++id, x).completed(x).build());
    }
    history.trials.push_back(stopped(trial_at(++id, 0.5).pruned(9).build(), forecast));
    return history;
}

double expected_at_half(std::optional<Forecast> forecast) {
    const History history = a_line(forecast);
    const UnitCube cube(history.config.space);
    const auto surrogate =
        Surrogate::fit(cube, observe(cube, history), Goal::minimize, BayesianOptions{});
    REQUIRE(surrogate);
    return surrogate->predict({0.5})->mean;
}

}  // namespace

TEST_CASE(
    "a stopped trial is a result of its forecast, never of its last value", "[observations]"
) {
    const History history = a_line(Forecast{0.6, 0.1});
    const Observations seen = observe(UnitCube(history.config.space), history);
    REQUIRE(seen.results.size() == 5);
    CHECK(seen.results[2] == Observation{{0.5}, 0.6, 0.1});
    CHECK(seen.results[0] == Observation{{0.0}, 0.0, 0});
}

TEST_CASE("a stopped trial without a forecast is taken and says nothing", "[observations]") {
    const History history = a_line(std::nullopt);
    const Observations seen = observe(UnitCube(history.config.space), history);
    CHECK(seen.results.size() == 4);
    CHECK(seen.failed.empty());
    CHECK(seen.taken.contains({0.5}));
}

TEST_CASE("the less sure a forecast is, the less it moves the model", "[observations]") {
    const double without = expected_at_half(std::nullopt);
    const double sure = expected_at_half(Forecast{2, 1e-6});
    const double doubtful = expected_at_half(Forecast{2, 0.5});
    const double nothing = expected_at_half(Forecast{2, 1e3});
    CHECK(without == Approx(0.5).margin(0.1));
    CHECK(sure > doubtful);
    CHECK(doubtful > nothing);
    CHECK(std::abs(nothing - without) < 0.2);
}
