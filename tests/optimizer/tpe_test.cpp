#include "tuner/optimizer/tpe.h"

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"
#include "tuner/base/random.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("a Parzen density is one over the whole space", "[tpe]") {
    const SearchSpace space =
        a_space({parameter("x", RealRange{0, 1}), parameter("c", Categories{{"a", "b", "c"}})});
    const UnitCube cube(space);
    const ParzenDensity density(cube, {{0.05, 1}, {0.3, 2}, {1.0, 1}}, {});
    double sum = 0;
    constexpr int kSteps = 2'000;
    for (int i = 0; i < kSteps; ++i) {
        for (const double category : {0, 1, 2}) {
            sum += std::exp(density.log_density({(i + 0.5) / kSteps, category})) / kSteps;
        }
    }
    CHECK(sum == Approx(1).epsilon(1e-4));
}

TEST_CASE("draws of a Parzen density follow it", "[tpe]") {
    const SearchSpace space =
        a_space({parameter("x", RealRange{0, 1}), parameter("c", Categories{{"a", "b", "c"}})});
    const UnitCube cube(space);
    const ParzenDensity density(cube, {{0.1, 1}, {0.2, 1}, {0.15, 1}}, {});
    double expected_low = 0;
    double expected_b = 0;
    for (int i = 0; i < 1'000; ++i) {
        for (const double category : {0, 1, 2}) {
            const double x = (i + 0.5) / 1'000;
            const double mass = std::exp(density.log_density({x, category})) / 1'000;
            expected_low += x < 0.3 ? mass : 0;
            expected_b += category == 1 ? mass : 0;
        }
    }
    Rng rng(1, "draws");
    int low = 0;
    int b = 0;
    for (int i = 0; i < 20'000; ++i) {
        const LatentPoint point = density.draw(rng);
        low += point[0] < 0.3 ? 1 : 0;
        b += point[1] == 1 ? 1 : 0;
    }
    CHECK(low / 20'000.0 == Approx(expected_low).margin(0.015));
    CHECK(b / 20'000.0 == Approx(expected_b).margin(0.015));
}

TEST_CASE("an inactive axis says nothing about a point", "[tpe]") {
    const SearchSpace space = a_space(
        {parameter("c", Categories{{"a", "b"}}),
         when("c", {std::string("a")}, parameter("x", RealRange{0, 1}))}
    );
    const UnitCube cube(space);
    const ParzenDensity density(cube, {cube.snap({0, 0.2}), cube.snap({1, 0})}, {});
    const double low = density.log_density(cube.snap({0, 0.2}));
    const double high = density.log_density(cube.snap({0, 0.9}));
    CHECK(low > high);
    CHECK(std::isfinite(density.log_density(cube.snap({1, 0.3}))));
}

TEST_CASE("the first ten suggestions of TPE are a design", "[tpe]") {
    const History history = run_study(babyweight(), Tpe(), 14, 1, 3);
    for (std::size_t i = 0; i < 14; ++i) {
        CHECK(history.trials[i].provenance.origin == (i < 10 ? Origin::design : Origin::model));
    }
}

TEST_CASE("TPE keeps away from what is pending and from what failed", "[tpe]") {
    History history = a_history(a_config().over({parameter("x", RealRange{0, 1})}).build());
    for (const double x : {0.1, 0.2, 0.3, 0.5, 0.6}) {
        Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
        must(trial.complete({std::abs(x - 0.55), 1, {}}, at(1)));
    }
    const auto mean_distance = [&] {
        double sum = 0;
        Rng rng(1, "tpe");
        for (int i = 0; i < 40; ++i) {
            sum += std::abs(number(Tpe().suggest(history, 1, rng)[0].assignment, "x") - 0.55);
        }
        return sum / 40;
    };
    for (const double x : {0.01, 0.02, 0.03, 0.04, 0.05}) {
        add_running(history, {Assignment({{"x", x}}), {}});
    }
    const double before = mean_distance();
    for (const double x : {0.54, 0.55, 0.56, 0.57, 0.58}) {
        Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
        if (x > 0.555) {
            must(trial.fail({FailureKind::exited, ""}, at(1)));
        }
    }
    CHECK(mean_distance() > before);
}
