#include "tuner/study/history_index.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

Assignment point(std::int64_t x) {
    return Assignment({{"x", x}});
}

Suggestion random_suggestion(Rng& rng) {
    Suggestion suggestion{point(static_cast<std::int64_t>(rng.below(50))), {}};
    suggestion.provenance.origin = rng.below(2) == 0 ? Origin::random : Origin::design;
    return suggestion;
}

void go_on_somehow(Trial& trial, Rng& rng) {
    must(trial.start(at(1)));
    switch (rng.below(5)) {
        case 0:
            return must(trial.complete({1.5, 1, {}}, at(2)));
        case 1:
            return must(trial.prune(Outcome{1.5, 1, {}}, at(2)));
        case 2:
            return must(trial.prune(std::nullopt, at(2)));
        case 3:
            return must(trial.fail({FailureKind::exited, "code 1"}, at(2)));
        default:
            return must(trial.requeue());
    }
}

// The history gains a trial, or one of its open trials goes on.
void take_a_step(History& history, Rng& rng) {
    const auto row = static_cast<std::size_t>(rng.below(history.trials.size() + 1));
    if (row == history.trials.size() || is_final(history.trials[row].state)) {
        const TrialId id(std::ssize(history.trials) + 1);
        history.trials.push_back(Trial::create(id, random_suggestion(rng), at(0)));
    } else {
        go_on_somehow(history.trials[row], rng);
    }
}

void check_same_answers(const History& a, const History& b) {
    CHECK(a.count_results() == b.count_results());
    CHECK(a.count_open() == b.count_open());
    for (const Origin origin : {Origin::random, Origin::design, Origin::grid}) {
        CHECK(a.count(origin) == b.count(origin));
    }
    for (std::int64_t x = 0; x < 50; ++x) {
        CHECK(a.has_tried(point(x)) == b.has_tried(point(x)));
    }
}

}  // namespace

TEST_CASE("a history tells what was tried, what is open and what has a result", "[history_index]") {
    const History history = a_history(
        a_config().build(),
        {a_trial(1).with({{"x", std::int64_t{7}}}).completed(1),
         a_trial(2).pruned(2),
         a_trial(3).pruned(),
         a_trial(4).failed(),
         a_trial(5).running(),
         a_trial(6)}
    );
    CHECK(history.count_results() == 2);
    CHECK(history.count_open() == 2);
    CHECK(history.count(Origin::user) == 6);
    CHECK(history.count(Origin::grid) == 0);
    CHECK(history.has_tried(point(7)));
    CHECK_FALSE(history.has_tried(point(8)));
}

TEST_CASE(
    "an index answers as going through all trials does, however far behind", "[history_index]"
) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Rng rng(seed, "history index");
        History kept = a_history(a_config().build());
        for (int step = 0; step < 60; ++step) {
            take_a_step(kept, rng);
            if (rng.below(3) == 0) {
                kept.index.update(kept.trials);
            }
            check_same_answers(kept, History{kept.config, kept.trials});
        }
    }
}
