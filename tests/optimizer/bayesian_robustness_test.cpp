// Whatever a history holds, suggestions are members of the space, new, finite, and no exception.

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"
#include "tuner/optimizer/bayesian_search.h"
#include "tuner/optimizer/draw.h"
#include "tuner/study/limits.h"

#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tuner;
using namespace tuner::test;

namespace {

std::vector<Suggestion> check_suggestions(const History& history, int count, std::uint64_t seed) {
    Rng rng(seed, "robust");
    const auto suggestions = BayesianSearch().suggest(history, count, rng);
    Taken taken(history);
    for (const Suggestion& suggestion : suggestions) {
        const auto fits = history.config.space.check(suggestion.assignment);
        if (!fits) {
            FAIL_CHECK(fits.error().message);
        }
        CHECK(taken.insert(suggestion.assignment));
        const Provenance& why = suggestion.provenance;
        CHECK(std::isfinite(why.predicted_mean.value_or(0)));
        CHECK(std::isfinite(why.predicted_sd.value_or(0)));
        CHECK(std::isfinite(why.acquisition.value_or(0)));
    }
    return suggestions;
}

// `count` random trials of a space with the results that `result` gives; NaN makes a failure.
template <class Result>
History random_history(std::vector<Parameter> parameters, int count, Result result) {
    History history = a_history(a_config().over(std::move(parameters)).build());
    const UnitCube cube(history.config.space);
    Rng rng(static_cast<std::uint64_t>(count), "history");
    for (int i = 0; i < count; ++i) {
        const Assignment assignment = cube.decode(cube.snap(draw_latent(cube, rng)));
        Trial& trial = add_running(history, {assignment, {}});
        const double value = result(i);
        if (std::isfinite(value)) {
            must(trial.complete({value, 1, {}}, at(1)));
        } else {
            must(trial.fail({FailureKind::infeasible, ""}, at(1)));
        }
    }
    return history;
}

std::vector<Parameter> reals(int count) {
    std::vector<Parameter> parameters;
    for (int i = 0; i < count; ++i) {
        parameters.push_back(parameter(fmt::format("x{}", i), RealRange{0, 1}));
    }
    return parameters;
}

double odd_result(int kind, int i) {
    const double x = i * 0.618 - std::floor(i * 0.618);
    switch (kind) {
        case 0:
            return 4;
        case 1:
            return i % 2 == 0 ? std::nan("") : x;
        case 2:
            return i % 3 == 0 ? std::numeric_limits<double>::infinity() : -x;
        case 3:
            return 1e308 * (x - 0.5);
        case 4:
            return -1e308;
        case 5:
            return x * std::numeric_limits<double>::denorm_min() * 10;
        case 6:
            return std::nan("");
        case 7:
            return i == 1 ? 1e30 : x;
        default:
            return i % 2 == 0 ? 1e-9 * x : 1e9 + x;
    }
}

}  // namespace

TEST_CASE("results of any kind are survived", "[bayesian][robust]") {
    const int kind = GENERATE(range(0, 9));
    const int trials = GENERATE(0, 1, 2, 3, 50);
    const int dimensions = GENERATE(1, 2);
    const History history =
        random_history(reals(dimensions), trials, [=](int i) { return odd_result(kind, i); });
    CHECK(check_suggestions(history, 2, 1).size() == 2);
}

TEST_CASE("sixty parameters are survived", "[bayesian][robust]") {
    const int trials = GENERATE(0, 3, 50);
    const History history =
        random_history(reals(60), trials, [](int i) { return odd_result(8, i); });
    CHECK(check_suggestions(history, 1, 1).size() == 1);
}

TEST_CASE("extreme domains of every type are survived", "[bayesian][robust]") {
    const int trials = GENERATE(1, 3, 20);
    const History history = random_history(
        {parameter("ulp", RealRange{1, std::nextafter(1.0, 2.0)}),
         parameter("bit", IntegerRange{0, 1}),
         parameter("million", IntegerRange{1, 1'000'000, Scale::log}),
         parameter("huge", IntegerRange{-kMaxInteger, kMaxInteger}),
         parameter("wide", RealRange{1e-300, 1e300, Scale::log}),
         parameter("mirror", RealRange{1e-3, 1, Scale::reverse_log}),
         parameter("list", DiscreteValues{{1, 2, 1'000}, Scale::linear}),
         parameter("name", Categories{{"a", "b", "c"}}),
         when("name", {std::string("b")}, parameter("child", RealRange{0, 1})),
         when("bit", {std::int64_t{1}}, parameter("pick", Categories{{"u", "v"}}))},
        trials,
        [](int i) { return odd_result(8, i + 1); }
    );
    CHECK(check_suggestions(history, 3, 2).size() == 3);
}

TEST_CASE("half the trials repeated is survived", "[bayesian][robust]") {
    History history = random_history(reals(2), 20, [](int i) { return 0.1 * i; });
    for (int i = 0; i < 20; ++i) {
        Trial copy = history.trials[static_cast<std::size_t>(i)];
        copy.id = TrialId(21 + i);
        copy.outcome->objective += i % 2 == 0 ? 0.05 : 0;
        history.trials.push_back(copy);
    }
    CHECK(check_suggestions(history, 2, 1).size() == 2);
}

TEST_CASE("trials outside of an edited space are survived", "[bayesian][robust]") {
    History history = random_history(
        {parameter("x", RealRange{0.1, 1, Scale::log}), parameter("c", Categories{{"a", "b"}})},
        12,
        [](int i) { return 0.1 * i; }
    );
    history.config.space = a_space(
        {parameter("x", RealRange{0.5, 0.6, Scale::log}),
         parameter("c", Categories{{"b", "d"}}),
         parameter("n", IntegerRange{1, 5})}
    );
    CHECK(check_suggestions(history, 2, 1).size() == 2);
    history.config.space = a_space(
        {parameter("x", RealRange{0.3, 0.6, Scale::log}), parameter("c", Categories{{"b", "d"}})}
    );
    CHECK(check_suggestions(history, 2, 1).size() == 2);
}

TEST_CASE("two hundred pending trials and no result are survived", "[bayesian][robust]") {
    History history = a_history(a_config().build());
    for (const Suggestion& suggestion : check_suggestions(history, 200, 1)) {
        add_running(history, suggestion);
    }
    CHECK(history.trials.size() == 200);
    CHECK(check_suggestions(history, 2, 2).size() == 2);
    must(history.trials[3].complete({1, 1, {}}, at(1)));
    must(history.trials[4].complete({2, 1, {}}, at(1)));
    CHECK(check_suggestions(history, 2, 3).size() == 2);
}

TEST_CASE("T-14 six points with five pending give one and then none", "[bayesian][robust]") {
    History history = a_history(
        a_config()
            .over({parameter("a", IntegerRange{1, 3}), parameter("b", Categories{{"u", "v"}})})
            .build()
    );
    for (const Suggestion& suggestion : check_suggestions(history, 5, 1)) {
        add_running(history, suggestion);
    }
    must(history.trials[0].complete({1, 1, {}}, at(1)));
    must(history.trials[1].fail({FailureKind::exited, ""}, at(1)));
    const auto last = check_suggestions(history, 3, 1);
    REQUIRE(last.size() == 1);
    add_running(history, last[0]);
    CHECK(check_suggestions(history, 3, 1).empty());
}

TEST_CASE("T-13 sixteen suggestions of one request are far from each other", "[bayesian]") {
    const History history = run_study(problems(4)[0], BayesianSearch(), 12, 1, 4);
    const UnitCube cube(history.config.space);
    std::vector<EncodedPoint> points;
    for (const Suggestion& suggestion : check_suggestions(history, 16, 1)) {
        points.push_back(*cube.encode(suggestion.assignment));
    }
    REQUIRE(points.size() == 16);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            double largest = 0;
            for (std::size_t k = 0; k < points[i].size(); ++k) {
                largest = std::max(largest, std::abs(points[i][k] - points[j][k]));
            }
            CHECK(largest > 1e-4);
        }
    }
}

TEST_CASE("T-30 a thousand duplicates and near-duplicates are survived", "[bayesian][robust]") {
    History history = a_history(a_config().over(reals(2)).build());
    Rng rng(1, "near");
    for (int i = 0; i < 1'000; ++i) {
        const double x = i % 2 == 0 ? 0.5 : 0.5 + 1e-12 * rng.uniform();
        Trial& trial = add_running(history, {Assignment({{"x0", x}, {"x1", 0.25}}), {}});
        must(trial.complete({1 + 1e-3 * rng.normal(), 1, {}}, at(1)));
    }
    CHECK(check_suggestions(history, 3, 1).size() == 3);
}
