#include "tuner/study/history.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_config;
using test::a_history;
using test::a_trial;

TEST_CASE("a history counts its trials by state", "[history]") {
    const History history = a_history(
        a_config().build(), {a_trial(1).completed(1), a_trial(2).running(), a_trial(3).completed(2)}
    );
    CHECK(history.count(TrialState::completed) == 2);
    CHECK(history.count(TrialState::running) == 1);
    CHECK(history.count(TrialState::failed) == 0);
}

TEST_CASE("the best trial follows the goal", "[history]") {
    const std::vector trials{
        a_trial(1).completed(2), a_trial(2).completed(1), a_trial(3).completed(3)};
    CHECK(a_history(a_config().minimizing("rmse").build(), trials).best()->id == TrialId(2));
    CHECK(a_history(a_config().maximizing("rmse").build(), trials).best()->id == TrialId(3));
}

TEST_CASE("the earliest of equal trials is the best", "[history]") {
    const History history =
        a_history(a_config().build(), {a_trial(1).completed(2), a_trial(2).completed(2)});
    CHECK(history.best()->id == TrialId(1));
}

TEST_CASE("a trial that did not complete is never the best", "[history]") {
    const StudyConfig config = a_config().minimizing("rmse").build();
    const std::vector unfinished{
        a_trial(1).pruned(0.1),
        a_trial(2).failed(),
        a_trial(3).running().measured(1, 0.1),
        a_trial(4)};
    CHECK(a_history(config, {}).best() == nullptr);
    CHECK(a_history(config, unfinished).best() == nullptr);
}
