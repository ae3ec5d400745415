#include "tuner/optimizer/starting_points.h"

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"
#include "tuner/optimizer/catalog.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

Assignment point(std::int64_t batch, std::int64_t embeds, std::int64_t units) {
    return Assignment({{"batch_size", batch}, {"nembeds", embeds}, {"nnsize", units}});
}

History with_starting_points(std::vector<Assignment> points) {
    return a_history(
        a_config().with([&](StudyConfig& config) { config.starting_points = std::move(points); }
        ).build()
    );
}

}  // namespace

TEST_CASE("starting points come first and once whatever the algorithm", "[starting_points]") {
    const auto algorithm = GENERATE(
        Algorithm::bayesian,
        Algorithm::random,
        Algorithm::grid,
        Algorithm::quasi_random,
        Algorithm::tpe
    );
    History history = with_starting_points({point(64, 5, 100), point(8, 3, 64), point(64, 5, 100)});
    const auto optimizer = make_optimizer(algorithm);
    Rng rng(1, "first");
    const auto suggestions = optimizer->suggest(history, 4, rng);
    REQUIRE(suggestions.size() == 4);
    CHECK(suggestions[0].assignment == point(64, 5, 100));
    CHECK(suggestions[1].assignment == point(8, 3, 64));
    CHECK(suggestions[0].provenance.origin == Origin::user);
    CHECK(suggestions[2].provenance.origin != Origin::user);
    CHECK(suggestions[2].provenance.pending == 2);
    for (const Suggestion& suggestion : suggestions) {
        add_running(history, suggestion);
    }
    CHECK(optimizer->suggest(history, 1, rng).front().provenance.origin != Origin::user);
}

TEST_CASE("a cancelled starting point does not come back", "[starting_points]") {
    History history = with_starting_points({point(64, 5, 100), point(8, 3, 64)});
    history.trials.push_back(a_trial(1).with(point(64, 5, 100).entries()).cancelled().build());
    Rng rng(1, "cancelled");
    const auto suggestions = make_optimizer(Algorithm::random)->suggest(history, 1, rng);
    REQUIRE(suggestions.size() == 1);
    CHECK(suggestions[0].assignment == point(8, 3, 64));
}

TEST_CASE("defaults are a starting point when every parameter has one", "[starting_points]") {
    const auto with_default = [](std::string name, std::int64_t value) {
        return must(Parameter::create(std::move(name), IntegerRange{1, 100}, value));
    };
    Rng rng(1, "defaults");
    const auto optimizer = make_optimizer(Algorithm::bayesian);
    const History all =
        a_history(a_config().over({with_default("a", 7), with_default("b", 9)}).build());
    CHECK(
        optimizer->suggest(all, 1, rng).front().assignment ==
        Assignment({{"a", std::int64_t{7}}, {"b", std::int64_t{9}}})
    );
    const History some = a_history(
        a_config().over({with_default("a", 7), parameter("b", IntegerRange{1, 100})}).build()
    );
    CHECK(optimizer->suggest(some, 1, rng).front().provenance.origin == Origin::design);
}
