#include "tests/storage/fixtures.h"
#include "tuner/storage/stored_curve.h"
#include "tuner/study/thinning.h"

#include <algorithm>

using namespace tuner;

namespace {

// A storage with one study of two pending trials.
struct TwoTrials {
    Storage storage = Storage::in_memory();
    Study study = add_study_with_trials(storage, 2);

    Result<AttemptRecord> begin(const Trial& trial) {
        return storage.begin_attempt(study.key, trial, "/work", at(3));
    }

    AttemptRecord only_attempt() { return storage.attempts(study.key, TrialId(1)).at(0); }
};

}  // namespace

TEST_CASE("an attempt begins as an intent with its own folder", "[storage]") {
    TwoTrials two;
    const Trial trial = started(a_trial(2));
    const Result<AttemptRecord> record = two.begin(trial);
    REQUIRE(record);
    CHECK(record->state == AttemptState::intent);
    CHECK(record->study == two.study.key);
    CHECK(record->trial == TrialId(2));
    CHECK(record->number == 1);
    CHECK(record->dir == "/work/2/1");
    CHECK(record->uuid.size() == 32);
    CHECK(record->created == at(3));
    CHECK(two.storage.live_attempts() == std::vector{*record});
    CHECK(two.storage.attempts(two.study.key, TrialId(2)) == std::vector{*record});
    CHECK(trial_of(two.storage, two.study.key, 2) == trial);
}

TEST_CASE("an attempt begins only for a trial that is pending", "[storage]") {
    TwoTrials two;
    const Trial trial = started(a_trial(1));
    REQUIRE(two.begin(trial));
    CHECK(two.begin(trial).error().code == ErrorCode::conflict);
    Trial again = trial;
    again.attempts = 2;
    CHECK(two.begin(again).error().code == ErrorCode::conflict);
    CHECK(two.begin(started(a_trial(3))).error().code == ErrorCode::not_found);
    CHECK(two.storage.live_attempts().size() == 1);

    SECTION("a stale copy of a trial cannot take an old number again") {
        Trial requeued = trial;
        REQUIRE(requeued.requeue());
        REQUIRE(two.storage.end_attempt({two.only_attempt().id, {}, requeued}, at(4)));
        CHECK(two.begin(trial).error().code == ErrorCode::conflict);
        const Result<AttemptRecord> second = two.begin(started(requeued));
        REQUIRE(second);
        CHECK(second->number == 2);
        CHECK(second->dir == "/work/1/2");
    }
}

TEST_CASE("an attempt runs with its identity once", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = *two.begin(started(a_trial(1)));
    REQUIRE(two.storage.set_running(record.id, an_identity(), at(4)));
    CHECK(two.only_attempt().state == AttemptState::running);
    CHECK(two.only_attempt().identity == an_identity());
    const Result<void> again = two.storage.set_running(record.id, an_identity(78), at(5));
    CHECK(again.error().code == ErrorCode::conflict);
    CHECK(two.only_attempt().identity == an_identity());
    CHECK(
        two.storage.set_running(AttemptId(99), an_identity(), at(5)).error().code ==
        ErrorCode::not_found
    );
}

TEST_CASE("stopping is asked of a running attempt and may be repeated", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = *two.begin(started(a_trial(1)));
    CHECK(two.storage.set_stopping(record.id, at(4)).error().code == ErrorCode::conflict);
    REQUIRE(two.storage.set_running(record.id, an_identity(), at(4)));
    REQUIRE(two.storage.set_stopping(record.id, at(5)));
    CHECK(two.only_attempt().state == AttemptState::stopping);
    CHECK(two.storage.set_stopping(record.id, at(6)));
    CHECK(two.storage.live_attempts().size() == 1);
    const Trial ended = completed(started(a_trial(1)));
    REQUIRE(two.storage.end_attempt({record.id, exit_code(0), ended}, at(7)));
    CHECK(two.storage.set_stopping(record.id, at(8)).error().code == ErrorCode::conflict);
    CHECK(two.storage.set_stopping(AttemptId(99), at(8)).error().code == ErrorCode::not_found);
}

TEST_CASE("an attempt and its trial end together and once", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = run_trial(two.storage, two.study.key, 1);
    const Trial ended = completed(started(a_trial(1)), 0.75);
    REQUIRE(two.storage.end_attempt({record.id, exit_code(0), ended}, at(9)));
    CHECK(two.only_attempt().state == AttemptState::ended);
    CHECK(two.only_attempt().exit == exit_code(0));
    CHECK(two.only_attempt().ended == at(9));
    CHECK(two.storage.live_attempts().empty());
    CHECK(trial_of(two.storage, two.study.key, 1) == ended);

    const Trial other = completed(started(a_trial(1)), 0.1);
    const Result<void> again = two.storage.end_attempt({record.id, exit_code(1), other}, at(10));
    CHECK(again.error().code == ErrorCode::conflict);
    CHECK(two.only_attempt().exit == exit_code(0));
    CHECK(trial_of(two.storage, two.study.key, 1) == ended);
    CHECK(
        two.storage.end_attempt({AttemptId(99), {}, ended}, at(10)).error().code ==
        ErrorCode::not_found
    );
}

TEST_CASE("an attempt that never ran ends like any other", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = *two.begin(started(a_trial(1)));
    Trial pending = trial_of(two.storage, two.study.key, 1);
    REQUIRE(pending.requeue());
    pending.infrastructure_retries = 1;
    const AttemptExit never{ExitKind::never_started, 0, 0, "", ""};
    REQUIRE(two.storage.end_attempt({record.id, never, pending}, at(5)));
    CHECK(two.only_attempt().exit == never);
    CHECK(trial_of(two.storage, two.study.key, 1) == pending);
}

TEST_CASE("live attempts of all studies are listed oldest first", "[storage]") {
    TwoTrials two;
    const Study other = add_study_with_trials(two.storage, 1, "other");
    const AttemptRecord a = run_trial(two.storage, two.study.key, 2);
    const AttemptRecord b = run_trial(two.storage, other.key, 1);
    const AttemptRecord c = *two.begin(started(a_trial(1)));
    const std::vector<AttemptRecord> live = two.storage.live_attempts();
    REQUIRE(live.size() == 3);
    CHECK(live[0].id == a.id);
    CHECK(live[1].id == b.id);
    CHECK(live[1].study == other.key);
    CHECK(live[2] == c);
}

TEST_CASE("a report that arrives twice is stored once", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = run_trial(two.storage, two.study.key, 1);
    const std::vector<Measurement> report = {{1, {{"accuracy", 0.1}}}, {2, {{"accuracy", 0.2}}}};
    REQUIRE(two.storage.add_measurements(record.id, report, 100, at(5)));
    two.storage.take_events();
    const auto measurements = [&] { return trial_of(two.storage, two.study.key, 1).measurements; };

    SECTION("an offset not beyond the stored one changes nothing") {
        const std::vector<Measurement> other = {{3, {{"accuracy", 0.3}}}};
        CHECK(two.storage.add_measurements(record.id, report, 100, at(6))->empty());
        CHECK(two.storage.add_measurements(record.id, other, 99, at(6)));
        CHECK(two.only_attempt().metrics_offset == 100);
        CHECK(two.storage.take_events().empty());
        CHECK(measurements() == report);
    }
    SECTION("a longer report repeats what is known without harm") {
        std::vector<Measurement> longer = report;
        longer.push_back({3, {{"accuracy", 0.3}}});
        const auto added = two.storage.add_measurements(record.id, longer, 150, at(6));
        CHECK(added == std::vector{longer[2]});
        CHECK(two.only_attempt().metrics_offset == 150);
        CHECK(measurements() == longer);
    }
    SECTION("a second value at a step comes after the first") {
        const std::vector<Measurement> second = {{2, {{"accuracy", 0.9}}}};
        CHECK(two.storage.add_measurements(record.id, second, 150, at(6)));
        CHECK(measurements() == std::vector{report[0], report[1], second[0]});
    }
    SECTION("measurements of the API need no offset") {
        const std::vector<Measurement> told = {{7, {{"accuracy", 0.9}}}};
        CHECK(two.storage.add_measurements(record.id, told, std::nullopt, at(6)));
        CHECK(two.only_attempt().metrics_offset == 100);
        CHECK(measurements() == std::vector{report[0], report[1], told[0]});
    }
    SECTION("the offset moves on without measurements too") {
        CHECK(two.storage.add_measurements(record.id, {}, 170, at(6)));
        CHECK(two.only_attempt().metrics_offset == 170);
        CHECK(two.storage.take_events().empty());
    }
}

TEST_CASE("a very long curve is stored as a whole and loaded thinned", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = run_trial(two.storage, two.study.key, 1);
    constexpr std::int64_t kCount = 3 * static_cast<std::int64_t>(StoredCurve::kRowsAtATime) / 2;
    std::vector<Measurement> all;  // of steps that fall, so the last comes first
    for (std::int64_t i = 0; i < kCount; ++i) {
        all.push_back({kCount - i, {{"accuracy", 1.0 / (1.0 + static_cast<double>(i))}}});
    }
    all[60'000].metrics.front().value = 2;
    all[60'001].metrics.push_back({"loss", 3});
    const auto added = two.storage.add_measurements(record.id, all, 100, at(5));
    CHECK(added->size() == all.size());
    const std::vector<Measurement> held = trial_of(two.storage, two.study.key, 1).measurements;
    CHECK(held.size() > 100);
    CHECK(held.size() < 2 * kHeldMeasurements);
    CHECK(held.front() == all.front());
    CHECK(held.back() == all.back());
    const Objective accuracy{"accuracy", Goal::maximize};
    CHECK(*select_measurement(held, accuracy, MeasurementSelection::last) == all.front());
    CHECK(*select_measurement(held, accuracy, MeasurementSelection::best) == all[60'000]);
    CHECK(std::find(held.begin(), held.end(), all[60'001]) != held.end());
}

TEST_CASE("only a live attempt takes measurements", "[storage]") {
    TwoTrials two;
    const AttemptRecord record = run_trial(two.storage, two.study.key, 1);
    const Trial ended = completed(started(a_trial(1)));
    REQUIRE(two.storage.end_attempt({record.id, exit_code(0), ended}, at(9)));
    const std::vector<Measurement> late = {{1, {{"accuracy", 0.1}}}};
    CHECK(
        two.storage.add_measurements(record.id, late, 10, at(9)).error().code == ErrorCode::conflict
    );
    CHECK(
        two.storage.add_measurements(AttemptId(9), late, 10, at(9)).error().code ==
        ErrorCode::not_found
    );
    CHECK(trial_of(two.storage, two.study.key, 1).measurements.empty());
}

TEST_CASE("a storage in memory opened again fences the first one, as a file does", "[storage]") {
    TwoTrials two;
    Storage next = Storage::in_memory_again(two.storage, at(5));
    CHECK(next.trials(two.study.key) == two.storage.trials(two.study.key));
    CHECK_THROWS_AS(two.begin(started(a_trial(1))), StaleDaemon);
    CHECK(next.begin_attempt(two.study.key, started(a_trial(1)), "/work", at(5)));
}

TEST_CASE("a storage in memory can be emptied and begins again at the first numbers", "[storage]") {
    TwoTrials two;
    run_trial(two.storage, two.study.key, 1);
    Storage next = Storage::in_memory_again(two.storage, at(5), true);
    CHECK(next.studies().empty());
    CHECK(next.last_event() == 0);
    CHECK(next.live_attempts().empty());
    const Study again = next.create_study(a_study(), at(6));
    CHECK(again.key == two.study.key);
    CHECK(again.id == two.study.id);
}
