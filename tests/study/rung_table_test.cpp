#include "tuner/study/rung_table.h"

#include "tests/support/builders.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

StudyConfig asha(std::int64_t first_rung = 1, std::int64_t end = 0) {
    return a_config()
        .with([=](StudyConfig& config) {
            config.stopping.kind = StoppingKind::asha;
            config.stopping.min_steps = first_rung;
            config.stopping.max_steps = end;
        })
        .build();
}

}  // namespace

TEST_CASE("the cut-off is the worst of the best third, rounded down, of three or more", "[rungs]") {
    const auto cut = [](std::vector<double> results, Goal goal = Goal::minimize) {
        return cut_off(std::move(results), 3, goal);
    };
    CHECK(cut({}) == std::nullopt);
    CHECK(cut({1, 2}) == std::nullopt);
    CHECK(cut({3, 1, 2}) == 1);
    CHECK(cut({3, 1, 2, 5, 4}) == 1);
    CHECK(cut({3, 1, 2, 6, 5, 4}) == 2);
    CHECK(cut({3, 1, 2, 6, 5, 4}, Goal::maximize) == 5);
    CHECK(cut({kNan, 2, 3}) == 2);
    CHECK(misses(2.5, 2, Goal::minimize));
    CHECK_FALSE(misses(2, 2, Goal::minimize));
    CHECK(misses(kNan, 2, Goal::minimize));
    CHECK(misses(kNan, *cut({kNan, kNan, kNan}), Goal::minimize));
}

// Rungs 1, 3, 9. Trial 1 runs to step 9, trial 2 was stopped at rung 1, trial 3 has reached rung 0.
TEST_CASE("the rung table is the one that was computed by hand", "[rungs]") {
    const History history = a_history(
        asha(),
        {a_trial(1).running().measured(1, 5).measured(3, 4).measured(9, 3).completed(3),
         a_trial(2).running().measured(1, 6).measured(2, 6).measured(4, 7).pruned(7),
         a_trial(3).running().measured(2, 4)}
    );
    CHECK(
        rung_table(CurveBook(history)) ==
        std::vector<Rung>{
            {0, 1, 3, 4.0, 0, TrialId(3)},
            {1, 3, 2, std::nullopt, 1, TrialId(1)},
            {2, 9, 1, std::nullopt, 0, TrialId(1)}}
    );
}

TEST_CASE("a report that reaches several rungs counts at each", "[rungs]") {
    const auto table =
        rung_table(CurveBook(a_history(asha(), {a_trial(1).running().measured(10, 5)})));
    REQUIRE(table.size() == 3);
    CHECK(table[2].progress == 9);
    CHECK(table[2].reached == 1);
}

TEST_CASE("rungs end before the end of a run and before the largest integer", "[rungs]") {
    const auto rungs = [](std::int64_t end, std::int64_t step) {
        const History history = a_history(asha(1, end), {a_trial(1).running().measured(step, 5)});
        return rung_table(CurveBook(history)).size();
    };
    CHECK(rungs(9, 100) == 2);
    CHECK(rungs(10, 100) == 3);
    CHECK(rungs(0, std::numeric_limits<std::int64_t>::max()) == 34);
}

TEST_CASE("a trial that is queued again has to climb again", "[rungs]") {
    CurveBook book(a_history(asha(), {a_trial(1).running().measured(10, 5)}));
    book.follow(a_trial(1).build());
    CHECK(rung_table(book).empty());
    book.follow(a_trial(1).running().build());
    book.add(TrialId(1), {1, {{"rmse", 2}}});
    CHECK(rung_table(book) == std::vector<Rung>{{0, 1, 1, std::nullopt, 0, TrialId(1)}});
}

TEST_CASE("other rules have no rungs, and no rule has no curves", "[rungs]") {
    const auto with = [](StoppingKind kind) {
        return a_config().with([=](StudyConfig& config) { config.stopping.kind = kind; }).build();
    };
    const std::vector<TrialBuilder> trials{a_trial(1).running().measured(10, 5)};
    CHECK(rung_table(CurveBook(a_history(with(StoppingKind::median), trials))).empty());
    const CurveBook none(a_history(with(StoppingKind::none), trials));
    CHECK_FALSE(none.is_kept());
    CHECK(none.trials().empty());
}

TEST_CASE("progress is counted in measurements where steps mean different things", "[rungs]") {
    const auto book_of = [](const Stopping& rule, std::int64_t step_of_second) {
        const StudyConfig config =
            a_config().with([&](StudyConfig& c) { c.stopping = rule; }).build();
        return CurveBook(a_history(
            config,
            {a_trial(1).running().measured(1, 5).measured(10, 5).completed(5),
             a_trial(2).running().measured(1, 5).measured(step_of_second, 5).completed(5)}
        ));
    };
    Stopping rule;
    rule.kind = StoppingKind::curve;
    CHECK(book_of(rule, 640).counts_measurements());
    CHECK(book_of(rule, 640).horizon() == 2);
    CHECK_FALSE(book_of(rule, 10).counts_measurements());
    CHECK(book_of(rule, 10).horizon() == 10);
    rule.max_steps = 640;
    CHECK_FALSE(book_of(rule, 640).counts_measurements());
    CHECK(book_of(rule, 640).horizon() == 640);
    rule.max_steps = 0;
    rule.unit = StoppingUnit::steps;
    CHECK_FALSE(book_of(rule, 640).counts_measurements());
}
