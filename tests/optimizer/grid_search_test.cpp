#include "tuner/optimizer/grid_search.h"

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"

#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

History grid_of(std::vector<Parameter> parameters) {
    return a_history(a_config().over(std::move(parameters)).build());
}

std::vector<Suggestion> ask(const History& history, int count) {
    Rng rng(1, "grid");
    return GridSearch().suggest(history, count, rng);
}

}  // namespace

TEST_CASE("A9 a grid of three by two gives six trials and then no more", "[grid_search]") {
    History history =
        grid_of({parameter("n", IntegerRange{1, 3}), parameter("c", Categories{{"a", "b"}})});
    std::set<std::string> keys;
    for (int i = 0; i < 10; ++i) {
        for (const Suggestion& suggestion : ask(history, 1)) {
            keys.insert(suggestion.assignment.canonical_key());
            CHECK(suggestion.provenance.origin == Origin::grid);
            add_running(history, suggestion);
        }
    }
    CHECK(history.trials.size() == 6);
    CHECK(keys.size() == 6);
}

TEST_CASE("T-04 a grid is complete whatever was tried before it", "[grid_search]") {
    History history =
        grid_of({parameter("n", IntegerRange{1, 8}), parameter("c", Categories{{"a", "b"}})});
    for (const std::int64_t n : {5, 1, 8}) {
        add_running(history, {Assignment({{"n", n}, {"c", std::string("b")}}), {}});
    }
    const auto rest = ask(history, 100);
    std::set<std::string> keys;
    for (const Suggestion& suggestion : rest) {
        add_running(history, suggestion);
    }
    for (const Trial& trial : history.trials) {
        keys.insert(trial.assignment.canonical_key());
    }
    CHECK(rest.size() == 13);
    CHECK(keys.size() == 16);
    CHECK(ask(history, 1).empty());
}

TEST_CASE("a grid goes round when its trials are not its front", "[grid_search]") {
    History history = grid_of({parameter("n", IntegerRange{1, 4})});
    for (const std::int64_t n : {3, 4}) {
        Suggestion suggestion{Assignment({{"n", n}}), {}};
        suggestion.provenance.origin = Origin::grid;
        add_running(history, suggestion);
    }
    CHECK(ask(history, 9).size() == 2);
}

TEST_CASE("a grid over a billion points begins at once", "[grid_search]") {
    const History history = grid_of(
        {parameter("a", IntegerRange{1, 1'000}),
         parameter("b", IntegerRange{1, 1'000}),
         parameter("c", IntegerRange{1, 1'000})}
    );
    const auto first = ask(history, 3);
    REQUIRE(first.size() == 3);
    CHECK(std::get<std::int64_t>(*first[2].assignment.find("c")) == 3);
    CHECK(std::get<std::int64_t>(*first[2].assignment.find("a")) == 1);
}

TEST_CASE("a grid over a real range goes on quasi-randomly", "[grid_search]") {
    const History history = grid_of({parameter("x", RealRange{0, 1})});
    const auto suggestions = ask(history, 4);
    REQUIRE(suggestions.size() == 4);
    CHECK(suggestions[0].provenance.origin == Origin::quasi_random);
}
