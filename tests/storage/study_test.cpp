#include "tests/storage/fixtures.h"

using namespace tuner;

TEST_CASE("a study is read back as it was created", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study created = storage.create_study(a_study(), at(7));
    CHECK(created.id == "digits-1");
    CHECK(created.state == StudyState::running);
    CHECK(created.created == at(7));
    CHECK(created.config == a_config());
    CHECK(created.source == a_study().source);
    CHECK(storage.study(created.key) == created);
}

TEST_CASE("studies are listed oldest first", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study first = storage.create_study(a_study("zebra"), at(9));
    const Study second = storage.create_study(a_study("ant"), at(8));
    CHECK(storage.studies() == std::vector{first, second});
}

TEST_CASE("the number of a study is never used again even after it was deleted", "[storage]") {
    Storage storage = Storage::in_memory();
    CHECK(storage.create_study(a_study(), at(1)).id == "digits-1");
    const Study second = storage.create_study(a_study(), at(1));
    CHECK(second.id == "digits-2");
    CHECK(storage.create_study(a_study("other"), at(1)).id == "other-1");
    REQUIRE(storage.delete_study(second.key, at(2)));
    const Study third = storage.create_study(a_study(), at(3));
    CHECK(third.id == "digits-3");
    CHECK(third.key != second.key);
}

TEST_CASE("a job has its name for an id, once for ever", "[storage]") {
    Storage storage = Storage::in_memory();
    storage.create_study(a_study("digits"), at(1));
    const Result<Study> job = storage.create_job(a_study("digits"), at(1));
    REQUIRE(job);
    CHECK(job->id == "digits");
    CHECK(storage.create_study(a_study("digits"), at(1)).id == "digits-2");
    CHECK(storage.create_job(a_study("digits"), at(2)).error().code == ErrorCode::conflict);
    REQUIRE(storage.delete_study(job->key, at(3)));
    const Result<Study> again = storage.create_job(a_study("digits"), at(4));
    REQUIRE_FALSE(again);
    CHECK(
        again.error().message == "there is or was a job digits: a job's id is used once for ever"
    );
    CHECK(storage.create_job(a_study("other"), at(5))->id == "other");
}

TEST_CASE("a study begins with the trials that it inherits", "[storage]") {
    Storage storage = Storage::in_memory();
    Trial completed = started(a_trial(1));
    REQUIRE(completed.complete({0.5, 10, {{"error", 0.5}}}, at(3'000)));
    completed.attempts = 0;
    Trial cancelled = a_trial(2);
    REQUIRE(cancelled.cancel(at(3'000)));
    NewStudy draft = a_study();
    draft.config.resumed_job = "old";
    draft.config.inherited_trials = 2;
    draft.inherited = {completed, cancelled};
    const Study study = storage.create_study(draft, at(1));
    CHECK(storage.trials(study.key) == draft.inherited);
    CHECK(storage.study(study.key)->config.inherited_trials == 2);
    const Trial next = a_trial(3);
    CHECK(storage.add_trials(study.key, {&next, 1}, at(4)));
}

TEST_CASE("a study that does not exist is not found", "[storage]") {
    Storage storage = Storage::in_memory();
    Study ghost;
    ghost.key = StudyKey(5);
    ghost.config = a_config();
    const Trial trial = a_trial(1);
    CHECK(storage.study(ghost.key).error().code == ErrorCode::not_found);
    CHECK(
        storage.update_study(ghost, StudyState::running, at(1)).error().code == ErrorCode::not_found
    );
    CHECK(storage.delete_study(ghost.key, at(1)).error().code == ErrorCode::not_found);
    CHECK(storage.add_trials(ghost.key, {&trial, 1}, at(1)).error().code == ErrorCode::not_found);
    CHECK(storage.trials(ghost.key).empty());
}

TEST_CASE("a study is updated with its limits message and end", "[storage]") {
    Storage storage = Storage::in_memory();
    Study study = storage.create_study(a_study(), at(1));
    study.config.limits.max_trials = 99;
    REQUIRE(study.finish(StudyReason::failed_trials, "all 3 failed", at(44)));
    REQUIRE(storage.update_study(study, StudyState::running, at(44)));
    CHECK(storage.study(study.key) == study);
    REQUIRE(study.resume());
    REQUIRE(storage.update_study(study, StudyState::finished, at(45)));
    CHECK(storage.study(study.key) == study);
}

TEST_CASE("an update of a study that has moved on is a conflict and changes nothing", "[storage]") {
    Storage storage = Storage::in_memory();
    Study study = storage.create_study(a_study(), at(1));
    storage.take_events();
    Study paused = study;
    REQUIRE(paused.pause(StudyReason::user, ""));
    const Result<void> refused = storage.update_study(paused, StudyState::paused, at(2));
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().message == "study 1 is running, not paused");
    CHECK(storage.study(study.key) == study);
    CHECK(storage.take_events().empty());
}

TEST_CASE("a deleted study is forgotten with everything below it", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 3);
    const Study other = add_study_with_trials(storage, 1, "other");
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    const std::vector<Measurement> measured = {{1, {{"accuracy", 0.1}}}};
    REQUIRE(storage.add_measurements(attempt.id, measured, 10, at(5)));

    const Result<void> refused = storage.delete_study(study.key, at(6));
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(storage.trials(study.key).size() == 3);

    const Trial ended = completed(trial_of(storage, study.key, 1));
    REQUIRE(storage.end_attempt({attempt.id, exit_code(0), ended}, at(7)));
    REQUIRE(storage.delete_study(study.key, at(8)));
    CHECK(storage.study(study.key).error().code == ErrorCode::not_found);
    CHECK(storage.trials(study.key).empty());
    CHECK(storage.attempts(study.key, TrialId(1)).empty());
    CHECK(storage.studies() == std::vector{other});

    const std::vector<Event> events = storage.events_after(0, study.id, 100);
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == EventKind::study_deleted);
}

TEST_CASE("texts are kept byte for byte", "[storage]") {
    Storage storage = Storage::in_memory();
    NewStudy draft = a_study();
    draft.source = std::string("a\0b'\";--\xf0\x9f\x90\xa3\n", 13);
    draft.file = "";
    const Study created = storage.create_study(draft, at(1));
    CHECK(storage.study(created.key)->source == draft.source);
    CHECK(storage.study(created.key)->file.empty());
}
