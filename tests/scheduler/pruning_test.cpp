// Trials that are stopped early, from the report that shows it to the record.

#include "tests/scheduler/house.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

// Two trials make a median; a trial runs to step 10.
StudyConfig a_pruned_study(std::int64_t trials = 3, std::int64_t parallel = 1) {
    StudyConfig config = House::small_study(trials, parallel);
    config.stopping.kind = StoppingKind::median;
    config.stopping.min_trials = 2;
    config.stopping.max_steps = 10;
    return config;
}

void run_well(House& house, StudyRunner& runner, std::int64_t attempt) {
    house.run_until([&] { return house.executor.knows(AttemptId(attempt)); });
    house.executor.says(AttemptId(attempt), {1, {{"rmse", 2}}});
    house.completes(AttemptId(attempt), 1);
    house.run_until([&] { return count(runner, TrialState::completed) == attempt; });
}

// Two good trials, and a third that is told to stop.
StudyRunner& with_a_hopeless_trial(House& house) {
    StudyRunner& runner = house.create(a_pruned_study());
    run_well(house, runner, 1);
    run_well(house, runner, 2);
    house.run_until([&] { return house.executor.knows(AttemptId(3)); });
    house.executor.says(AttemptId(3), {1, {{"rmse", 9}}});
    house.executor.says(AttemptId(3), {2, {{"rmse", 8}}});
    house.run_until([&] { return house.executor.execution(AttemptId(3)).stops == 1; });
    return runner;
}

}  // namespace

TEST_CASE("a hopeless trial is stopped, keeps its value, and says why", "[pruning]") {
    House house;
    StudyRunner& runner = with_a_hopeless_trial(house);
    const auto live = house.ask_storage([](Storage& s) { return s.live_attempts(); });
    REQUIRE(live.size() == 1);
    CHECK(live[0].state == AttemptState::stopping);
    CHECK(runner.history().trials[2].state == TrialState::running);

    house.executor.ends(AttemptId(3), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.study().reason == StudyReason::max_trials);
    const Trial& trial = runner.history().trials[2];
    CHECK(trial.state == TrialState::pruned);
    CHECK(trial.objective() == 8);
    CHECK(trial.outcome->step == 2);
    CHECK(trial.prune_reason.starts_with("stopped early at step 2: its best so far, 8,"));
    REQUIRE(trial.forecast);
    CHECK(trial.forecast->sd > 0);
    const auto stored =
        house.ask_storage([key = runner.study().key](Storage& s) { return s.trials(key); });
    CHECK(stored == runner.history().trials);
}

TEST_CASE("a trainer that ended well before the word came has completed", "[pruning]") {
    House house;
    StudyRunner& runner = with_a_hopeless_trial(house);
    house.executor.ends(AttemptId(3), exited(0));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    const Trial& trial = runner.history().trials[2];
    CHECK(trial.state == TrialState::completed);
    CHECK(trial.prune_reason.empty());
    CHECK_FALSE(trial.forecast);
}

TEST_CASE("a hopeless trial whose attempt is lost is not run again", "[pruning]") {
    House house;
    StudyRunner& runner = with_a_hopeless_trial(house);
    house.executor.ends(AttemptId(3), ended_as(ExitKind::lost));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.history().trials[2].state == TrialState::pruned);
    CHECK(runner.history().trials[2].attempts == 1);
}

TEST_CASE("a hopeless trial is pruned although its study is paused at once", "[pruning]") {
    House house;
    StudyRunner& runner = with_a_hopeless_trial(house);
    REQUIRE(house.do_now(runner.pause(true, StudyReason::user)));
    house.executor.ends(AttemptId(3), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.running_attempts() == 0; });
    CHECK(runner.history().trials[2].state == TrialState::pruned);
}

TEST_CASE("a hopeless trial of a study that is cancelled is cancelled", "[pruning]") {
    House house;
    StudyRunner& runner = with_a_hopeless_trial(house);
    REQUIRE(house.do_now(runner.cancel()));
    house.executor.ends(AttemptId(3), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.running_attempts() == 0; });
    CHECK(runner.history().trials[2].state == TrialState::cancelled);
    CHECK(runner.history().trials[2].prune_reason.empty());
}

TEST_CASE("the next daemon goes on with what was decided", "[pruning]") {
    const Storage record = Storage::in_memory(at(0));
    {
        House house(Storage::in_memory_again(record, at(1)));
        with_a_hopeless_trial(house);
    }
    House house(Storage::in_memory_again(record, at(2)));
    house.run_until([&] {
        return house.executor.knows(AttemptId(3)) &&
               house.executor.execution(AttemptId(3)).stops == 1;
    });
    StudyRunner& runner = *house.scheduler().find("babyweight-1");
    house.executor.ends(AttemptId(3), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.history().trials[2].state == TrialState::pruned);
    CHECK(runner.history().trials[2].forecast);
}

TEST_CASE("a report that was stored but not judged is judged by the next daemon", "[pruning]") {
    const Storage record = Storage::in_memory(at(0));
    {
        House house(Storage::in_memory_again(record, at(1)));
        StudyRunner& runner = house.create(a_pruned_study());
        run_well(house, runner, 1);
        run_well(house, runner, 2);
        house.run_until([&] { return house.executor.knows(AttemptId(3)); });
        const std::vector<Measurement> bad{{1, {{"rmse", 9}}}, {2, {{"rmse", 9}}}};
        REQUIRE(house.ask_storage([&](Storage& s) {
            return s.add_measurements(AttemptId(3), bad, 20, at(5));
        }));
    }
    House house(Storage::in_memory_again(record, at(2)));
    house.run_until([&] {
        return house.executor.knows(AttemptId(3)) &&
               house.executor.execution(AttemptId(3)).stops == 1;
    });
}

TEST_CASE("without a rule no trial is stopped", "[pruning]") {
    House house;
    StudyConfig config = a_pruned_study();
    config.stopping.kind = StoppingKind::none;
    StudyRunner& runner = house.create(config);
    run_well(house, runner, 1);
    run_well(house, runner, 2);
    house.run_until([&] { return house.executor.knows(AttemptId(3)); });
    house.executor.says(AttemptId(3), {1, {{"rmse", 99}}});
    house.executor.says(AttemptId(3), {2, {{"rmse", 99}}});
    house.executor.ends(AttemptId(3), exited(0));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(house.executor.execution(AttemptId(3)).stops == 0);
    CHECK(count(runner, TrialState::completed) == 3);
}
