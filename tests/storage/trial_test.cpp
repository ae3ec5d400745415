#include "tests/storage/fixtures.h"

#include <cmath>
#include <limits>

using namespace tuner;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("trials are read back by number as they were added", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = storage.create_study(a_study(), at(1));
    CHECK(storage.trials(study.key).empty());
    const std::vector<Trial> first = {a_trial(1), a_trial(2)};
    const std::vector<Trial> second = {a_trial(3)};
    REQUIRE(storage.add_trials(study.key, first, at(2)));
    REQUIRE(storage.add_trials(study.key, second, at(3)));
    CHECK(storage.trials(study.key) == std::vector{a_trial(1), a_trial(2), a_trial(3)});
}

TEST_CASE("a trial may be added with its result", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = storage.create_study(a_study(), at(1));
    Trial failed = a_trial(2);
    REQUIRE(failed.fail({FailureKind::infeasible, "the caller said so"}, at(5)));
    const std::vector<Trial> trials = {completed(a_trial(1)), failed};
    REQUIRE(storage.add_trials(study.key, trials, at(2)));
    CHECK(storage.trials(study.key) == trials);
}

TEST_CASE("whose a trial is survives storage", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    Trial given = a_trial(1);
    REQUIRE(given.start(at(2)));
    given.client = "worker 1 \xC3\xA9'";
    REQUIRE(storage.begin_attempt(study.key, given, "/jobs", at(2)));
    CHECK(storage.trials(study.key).at(0).client == given.client);
}

TEST_CASE("trials are numbered densely or not added at all", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 2);
    storage.take_events();
    for (const auto& numbers : std::vector<std::vector<std::int64_t>>{{4}, {2}, {3, 5}, {3, 3}}) {
        std::vector<Trial> trials;
        for (const std::int64_t number : numbers) {
            trials.push_back(a_trial(number));
        }
        CHECK(storage.add_trials(study.key, trials, at(3)).error().code == ErrorCode::conflict);
        CHECK(storage.trials(study.key).size() == 2);
        CHECK(storage.take_events().empty());
    }
    const Trial next = a_trial(3);
    CHECK(storage.add_trials(study.key, {&next, 1}, at(3)));
    CHECK(storage.add_trials(study.key, {}, at(3)));
}

TEST_CASE("a trial is updated from the state the caller saw", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 2);
    const Trial done = completed(a_trial(1), 0.25);
    REQUIRE(storage.update_trial(study.key, done, TrialState::pending, at(9)));
    CHECK(storage.trials(study.key) == std::vector{done, a_trial(2)});
}

TEST_CASE("an update of a trial that has moved on is a conflict", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    Trial cancelled = a_trial(1);
    REQUIRE(cancelled.cancel(at(5)));
    const auto update = [&](const Trial& trial, TrialState before) {
        return storage.update_trial(study.key, trial, before, at(6));
    };
    CHECK(update(cancelled, TrialState::running).error().code == ErrorCode::conflict);
    CHECK(update(a_trial(7), TrialState::pending).error().code == ErrorCode::not_found);
    REQUIRE(update(cancelled, TrialState::pending));

    SECTION("an ended trial stays as it is for ever") {
        CHECK(update(a_trial(1), TrialState::cancelled).error().code == ErrorCode::conflict);
        CHECK(trial_of(storage, study.key, 1) == cancelled);
    }
}

TEST_CASE("a trial with a live attempt changes only through that attempt", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    run_trial(storage, study.key, 1);
    Trial cancelled = trial_of(storage, study.key, 1);
    REQUIRE(cancelled.cancel(at(5)));
    const auto refused = storage.update_trial(study.key, cancelled, TrialState::running, at(6));
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(trial_of(storage, study.key, 1).state == TrialState::running);
}

TEST_CASE("measurements come back in order of arrival", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 3);
    const AttemptRecord third = run_trial(storage, study.key, 3);
    const AttemptRecord first = run_trial(storage, study.key, 1);
    const std::vector<Measurement> early = {
        {20, {{"loss", 2}, {"accuracy", 0.2}}}, {10, {{"accuracy", 0.1}}}};
    const std::vector<Measurement> late = {{20, {{"accuracy", 0.25}}}, {30, {{"loss", 0.5}}}};
    REQUIRE(storage.add_measurements(first.id, early, 50, at(5)));
    REQUIRE(storage.add_measurements(third.id, late, 40, at(5)));
    REQUIRE(storage.add_measurements(first.id, late, 90, at(6)));
    const std::vector<Trial> trials = storage.trials(study.key);
    CHECK(trials[0].measurements == std::vector{early[0], early[1], late[0], late[1]});
    CHECK(trials[1].measurements.empty());
    CHECK(trials[2].measurements == late);
}

TEST_CASE("all measurements of a trial are read when they are few enough", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 2);
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    const std::vector<Measurement> said = {
        {30, {{"loss", 0.5}, {"accuracy", 0.1}}},
        {10, {{"accuracy", kNan}}},
        {30, {{"loss", 0.4}}}};
    REQUIRE(storage.add_measurements(attempt.id, said, 50, at(5)));
    const MeasurementExtract all = storage.measurements(study.key, TrialId(1), 3);
    CHECK(all.count == 3);
    REQUIRE(all.measurements.size() == 3);
    CHECK(all.measurements[0] == said[0]);
    CHECK(all.measurements[1].step == 10);
    CHECK(all.measurements[2] == said[2]);
    const MeasurementExtract many = storage.measurements(study.key, TrialId(1), 2);
    CHECK(many.count == 3);
    CHECK(many.measurements.empty());
    CHECK(storage.measurements(study.key, TrialId(2), 3).count == 0);  // has not run
    CHECK(storage.measurements(study.key, TrialId(7), 3).count == 0);
}

TEST_CASE("NaN and infinities survive storage", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    const std::vector<Measurement> measured = {
        {1, {{"a", kNan}, {"b", kInfinity}, {"c", -kInfinity}, {"d", -0.0}, {"e", 5e-324}}}};
    REQUIRE(storage.add_measurements(attempt.id, measured, 1, at(5)));
    Trial trial = trial_of(storage, study.key, 1);
    REQUIRE(trial.measurements.size() == 1);
    const std::vector<Metric>& metrics = trial.measurements[0].metrics;
    REQUIRE(metrics.size() == 5);
    CHECK(std::isnan(metrics[0].value));
    CHECK(metrics[1].value == kInfinity);
    CHECK(metrics[2].value == -kInfinity);
    CHECK(metrics[3].value == 0);
    CHECK(metrics[4].value == 5e-324);

    REQUIRE(trial.prune(Outcome{0.5, 1, {{"a", kNan}, {"b", -kInfinity}}}, at(6)));
    REQUIRE(storage.end_attempt({attempt.id, exit_code(0), trial}, at(6)));
    const Trial pruned = trial_of(storage, study.key, 1);
    REQUIRE(pruned.outcome);
    CHECK(pruned.outcome->objective == 0.5);
    CHECK(std::isnan(pruned.outcome->metrics.at(0).value));
    CHECK(pruned.outcome->metrics.at(1).value == -kInfinity);
}

TEST_CASE("a trial has only the measurements of its present attempt", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    const AttemptRecord first = run_trial(storage, study.key, 1);
    const std::vector<Measurement> old = {{1, {{"accuracy", 0.1}}}, {2, {{"accuracy", 0.2}}}};
    REQUIRE(storage.add_measurements(first.id, old, 20, at(5)));
    Trial requeued = trial_of(storage, study.key, 1);
    REQUIRE(requeued.requeue());
    REQUIRE(storage.end_attempt({first.id, {}, requeued}, at(6)));
    CHECK(trial_of(storage, study.key, 1) == requeued);

    const AttemptRecord second = run_trial(storage, study.key, 1);
    const std::vector<Measurement> fresh = {{1, {{"accuracy", 0.3}}}};
    REQUIRE(storage.add_measurements(second.id, fresh, 10, at(8)));
    CHECK(trial_of(storage, study.key, 1).measurements == fresh);
}
