// What a study does while storage fails (tuner/scheduler/study_outage.cpp). Where it waits, time is
// virtual.

#include "tests/scheduler/house.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("a full disk is waited out, and the study goes on by itself", "[scheduler]") {
    TimedHouse house;
    StudyRunner& runner = house.create(House::small_study(3, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    const auto heard = house.subscribe();
    house.trouble = StorageError("the disk is full", StorageTrouble::full);
    house.executor.ends(AttemptId(1), exited(1));
    house.run_until([&] { return !runner.study().message.empty(); });
    CHECK(runner.study().state == StudyState::running);
    CHECK(runner.study().message == "waiting: the disk is full");
    CHECK(house.executor.launches.size() == 1);

    const int failed = house.failed_calls;
    house.pass(kFirstOutageWait - kMoment);
    CHECK(house.failed_calls == failed);
    house.pass(kMoment);
    CHECK(house.failed_calls > failed);  // it has tried again
    CHECK(house.executor.launches.size() == 1);
    house.trouble.reset();
    house.pass(2 * kFirstOutageWait);
    // The attempt whose end could not be stored is adopted again and ends once more.
    CHECK(house.executor.adopted == std::vector{AttemptId(1)});
    CHECK(runner.study().message.empty());
    house.executor.ends(AttemptId(1), exited(1));
    for (int attempt = 2; attempt <= 3; ++attempt) {
        house.run_until([&] { return house.executor.knows(AttemptId(attempt)); });
        house.completes(AttemptId(attempt), 0.5);
    }
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(count(runner, TrialState::completed) == 2);
    CHECK(count(runner, TrialState::failed) == 1);
}

TEST_CASE("a report that cannot be stored is read again when storage works", "[scheduler]") {
    TimedHouse house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.trouble = StorageError("another program holds the lock", StorageTrouble::unavailable);
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.run_until([&] { return !runner.study().message.empty(); });
    CHECK(runner.running_attempts() == 0);
    house.trouble.reset();
    house.pass(kFirstOutageWait);
    CHECK(runner.running_attempts() == 1);
    CHECK(house.executor.execution(AttemptId(1)).stops == 0);
    house.completes(AttemptId(1), 0.25);
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(count(runner, TrialState::completed) == 1);
}

TEST_CASE(
    "a user's command during an outage is answered with the reason, or tries at once", "[scheduler]"
) {
    House house;
    StudyRunner& runner = house.create(House::small_study(4, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.trouble = StorageError("the disk is full", StorageTrouble::full);
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.run_until([&] { return !runner.study().message.empty(); });
    const Result<void> refused = house.do_now(runner.pause(false, StudyReason::user));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == Error{ErrorCode::no_space, "the disk is full"});
    CHECK(runner.study().state == StudyState::running);

    house.trouble.reset();
    CHECK(house.do_now(runner.cancel()));
    CHECK(runner.study().state == StudyState::cancelled);
    CHECK(house.executor.execution(AttemptId(1)).stops == 1);
}

TEST_CASE(
    "storage that is broken for good pauses the study and is not tried again", "[scheduler]"
) {
    House house;
    StudyRunner& runner = house.create(House::small_study(4, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.trouble = StorageError("the disk reported an error", StorageTrouble::broken);
    house.completes(AttemptId(1), 0.5);
    house.run_until([&] { return runner.study().state == StudyState::paused; });
    CHECK(runner.study().reason == StudyReason::error);
    CHECK(runner.study().message == "the disk reported an error");
    CHECK(house.executor.launches.size() == 1);
    CHECK(house.executor.execution(AttemptId(1)).stops == 0);
}

TEST_CASE("a daemon that was replaced learns it from a trainer's report too", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(4, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.ask_storage([](Storage& storage) { Storage::in_memory_again(storage, at(9)); });
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.run_until([&] { return !house.replaced.empty(); });
    CHECK_THAT(house.replaced, Catch::Matchers::Contains("taken over"));
}

TEST_CASE("a pause asked of a study that an error had paused is on record", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(4, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.trouble = StorageError("the record contradicts", StorageTrouble::fault);
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.run_until([&] { return runner.study().reason == StudyReason::error; });
    house.trouble.reset();
    REQUIRE(house.do_now(runner.pause(false, StudyReason::user)));
    const auto stored = house.ask_storage([](Storage& s) { return s.studies().at(0); });
    CHECK(stored.state == StudyState::paused);
    CHECK(stored == runner.study());
    CHECK(runner.running_attempts() == 1);
}

TEST_CASE(
    "an end that could not be stored after its study was paused is stored in the end", "[scheduler]"
) {
    TimedHouse house;
    StudyRunner& runner = house.create(House::small_study(4, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    REQUIRE(house.do_now(runner.pause(false, StudyReason::user)));
    house.trouble = StorageError("the record contradicts", StorageTrouble::fault);
    house.executor.ends(AttemptId(1), exited(1));
    house.run_until([&] { return house.failed_calls > 0; });
    house.trouble.reset();
    house.pass(kFirstOutageWait);
    CHECK(house.executor.adopted == std::vector{AttemptId(1)});
    house.executor.ends(AttemptId(1), exited(1));
    house.run_until([&] { return count(runner, TrialState::failed) == 1; });
    CHECK(runner.study().state == StudyState::paused);
}

TEST_CASE("a cancel that storage cut short is carried out when storage works", "[scheduler]") {
    TimedHouse house;
    StudyRunner& runner = house.create(House::small_study(4, 2));
    house.run_until([&] { return runner.running_attempts() == 2; });
    house.trouble = StorageError("the disk is full", StorageTrouble::full);
    house.sound_calls = 1;  // the study is cancelled on record, its attempts are not told
    CHECK_FALSE(house.do_now(runner.cancel()));
    CHECK(runner.study().state == StudyState::cancelled);

    house.trouble.reset();
    house.pass(kFirstOutageWait);
    CHECK(house.executor.execution(AttemptId(1)).stops > 0);
    // One is lost in the same moment: it is not queued again.
    house.executor.ends(AttemptId(1), ended_as(ExitKind::lost));
    house.executor.ends(AttemptId(2), ended_as(ExitKind::stopped));
    house.run_until([&] { return count(runner, TrialState::cancelled) == 2; });
}
