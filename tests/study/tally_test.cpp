#include "tuner/study/tally.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("a tally that followed every change equals the tally of the result", "[tally]") {
    Tally followed;
    std::vector<Trial> trials;
    for (std::int64_t id = 1; id <= 6; ++id) {
        trials.push_back(a_trial(id).build());
        followed.add(trials.back());
    }
    const auto becomes = [&](const TrialBuilder& after) {
        const Trial trial = after.build();
        Trial& before = trials[static_cast<std::size_t>(trial.id.value()) - 1];
        followed.change(before, trial);
        before = trial;
        CHECK(followed == Tally(trials));
    };
    becomes(a_trial(1).running());
    becomes(a_trial(2).running());
    becomes(a_trial(1).completed(1.5));
    becomes(a_trial(2).failed());
    becomes(a_trial(3).running());
    becomes(a_trial(3));  // queued again
    becomes(a_trial(4).failed(FailureKind::infeasible));
    becomes(a_trial(5).pruned());
    becomes(a_trial(6).cancelled());
    CHECK(followed.total() == 6);
    CHECK(followed.judged() == 4);
    CHECK(followed.count(TrialState::pending) == 1);
    CHECK(followed.pending() == std::set{TrialId(3)});
}

TEST_CASE("infeasible trials are no failures", "[tally]") {
    const std::vector trials{
        a_trial(1).failed().build(), a_trial(2).failed(FailureKind::infeasible).build()};
    const Tally tally(trials);
    CHECK(tally.count(TrialState::failed) == 2);
    CHECK(tally.failures() == 1);
}

TEST_CASE("the last failure is the one that ended last whatever its number", "[tally]") {
    Trial early = a_trial(1).failed().build();
    early.ended = at(1'000);
    const Trial late = a_trial(9).failed().build();
    for (const auto& trials : {std::vector{early, late}, std::vector{late, early}}) {
        CHECK(Tally(trials).last_failure()->trial == TrialId(1));
    }
    CHECK_FALSE(Tally().last_failure().has_value());
}
