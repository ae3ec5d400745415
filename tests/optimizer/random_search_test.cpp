#include "tuner/optimizer/random_search.h"

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"
#include "tuner/optimizer/quasi_random.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

// Over reals: among integers the points already taken would shift the median.
TEST_CASE("A34 random search spreads its points along the scale", "[random_search]") {
    const History history =
        a_history(a_config().over({parameter("rate", RealRange{1e-4, 1, Scale::log})}).build());
    Rng rng(3, "random");
    std::vector<double> values;
    for (const Suggestion& suggestion : RandomSearch().suggest(history, 2'000, rng)) {
        values.push_back(number(suggestion.assignment, "rate"));
        CHECK(suggestion.provenance.origin == Origin::random);
    }
    REQUIRE(values.size() == 2'000);
    std::sort(values.begin(), values.end());
    CHECK(std::log10(values[1'000]) == Approx(-2).margin(0.15));
    CHECK(values.front() < 2e-4);
    CHECK(values.back() > 0.5);
}

TEST_CASE("T-04 random search uses a small space up to its last point", "[random_search]") {
    History history = a_history(a_config().over({parameter("n", IntegerRange{1, 40})}).build());
    Rng rng(3, "random");
    const auto all = RandomSearch().suggest(history, 32, rng);
    CHECK(all.size() == 32);
    for (const Suggestion& suggestion : all) {
        add_running(history, suggestion);
    }
    std::set<double> values;
    for (const Suggestion& suggestion : RandomSearch().suggest(history, 32, rng)) {
        add_running(history, suggestion);
    }
    for (const Trial& trial : history.trials) {
        values.insert(number(trial.assignment, "n"));
    }
    CHECK(values.size() == 40);
    CHECK(RandomSearch().suggest(history, 1, rng).empty());
}

TEST_CASE("random search gives a trial the same point whatever the batches", "[random_search]") {
    const auto points_of_batches = [](std::initializer_list<int> batches) {
        History history = a_history(a_config().over({parameter("n", IntegerRange{1, 12})}).build());
        for (const int batch : batches) {
            Rng rng(1, "suggest", history.trials.size() + 1);
            for (const Suggestion& suggestion : RandomSearch().suggest(history, batch, rng)) {
                add_running(history, suggestion);
            }
        }
        std::vector<double> points;
        for (const Trial& trial : history.trials) {
            points.push_back(number(trial.assignment, "n"));
        }
        return points;
    };
    const std::vector<double> at_once = points_of_batches({12});
    CHECK(at_once.size() == 12);
    CHECK(points_of_batches({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) == at_once);
    CHECK(points_of_batches({3, 1, 4, 2, 2}) == at_once);
}

TEST_CASE("a real range of two doubles is exhausted and not a loop", "[random_search]") {
    const History history =
        a_history(a_config().over({parameter("x", RealRange{1, std::nextafter(1.0, 2.0)})}).build()
        );
    Rng rng(3, "random");
    CHECK(RandomSearch().suggest(history, 5, rng).size() == 2);
}

TEST_CASE("the quasi-random sequence goes on where the history ends", "[quasi_random]") {
    const StudyConfig config = a_config().over({parameter("x", RealRange{0, 1})}).build();
    History history = a_history(config);
    Rng rng(1, "a");
    const auto all = QuasiRandom().suggest(history, 16, rng);
    std::vector<int> eighths(8);
    for (int i = 0; i < 16; ++i) {
        Rng other(static_cast<std::uint64_t>(i), "b");
        const auto one = QuasiRandom().suggest(history, 1, other);
        REQUIRE(one.size() == 1);
        CHECK(one[0].assignment == all[static_cast<std::size_t>(i)].assignment);
        ++eighths[static_cast<std::size_t>(number(one[0].assignment, "x") * 8)];
        add_running(history, one[0]);
    }
    CHECK(eighths == std::vector<int>(8, 2));
}

TEST_CASE("studies of other seeds have other quasi-random sequences", "[quasi_random]") {
    const auto first = [](std::uint64_t seed) {
        const History history =
            a_history(a_config().with([&](StudyConfig& config) { config.seed = seed; }).build());
        Rng rng(1, "same");
        return QuasiRandom().suggest(history, 1, rng).front().assignment;
    };
    CHECK_FALSE(first(1) == first(2));
    CHECK(first(1) == first(1));
}
