// A client that was given a trial and falls silent. Time is virtual: whether somebody is silent for
// 49 or for 50 ms is not for a busy machine to decide.

#include "tests/scheduler/house.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;
using namespace std::chrono_literals;

namespace {

constexpr Duration kSilence = 50ms;

// From a client that is silent for so long, its trial is taken back.
StudyConfig leased_study(Duration silence = kSilence) {
    StudyConfig config = House::small_study(10, 1);
    config.trainer.command.clear();
    config.limits.stall_timeout = silence;
    return config;
}

TrialId ask(TimedHouse& house, StudyRunner& study, std::string client) {
    const Result<std::vector<TrialId>> found = house.do_now(study.ask({1, std::move(client)}));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    return found->front();
}

const Trial& trial(const StudyRunner& study, TrialId id) {
    return study.history().trials.at(static_cast<std::size_t>(id.value()) - 1);
}

}  // namespace

TEST_CASE("T-02: the trial of a client that falls silent goes to the next who asks", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "dead");
    house.pass(kSilence - kMoment);
    CHECK(trial(study, id).state == TrialState::running);
    house.pass(kMoment);
    CHECK(trial(study, id).state == TrialState::pending);
    CHECK(trial(study, id).infrastructure_retries == 1);
    CHECK(ask(house, study, "alive") == id);
    CHECK(trial(study, id).client == "alive");
    CHECK(house.do_now(study.tell(id, at_step(1, 0.5))));
    CHECK(trial(study, id).objective() == 0.5);
}

TEST_CASE("a client that reports or asks keeps its trial", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId reporting = ask(house, study, "a");
    const TrialId asking = ask(house, study, "b");
    const TrialId silent = ask(house, study, "c");
    house.pass(kSilence - kMoment);
    CHECK(house.do_now(study.report(reporting, at_step(1, 0.5))));
    CHECK(ask(house, study, "b") == asking);
    house.pass(kMoment);
    CHECK(trial(study, silent).state == TrialState::pending);
    house.pass(kSilence - 2 * kMoment);
    CHECK(trial(study, reporting).state == TrialState::running);
    CHECK(trial(study, asking).state == TrialState::running);
    house.pass(kMoment);
    CHECK(trial(study, reporting).state == TrialState::pending);
    CHECK(trial(study, asking).state == TrialState::pending);
}

TEST_CASE("T-03: what a client tells late counts as long as nobody else has told", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "slow");
    house.pass(kSilence);
    CHECK(trial(study, id).state == TrialState::pending);

    SECTION("nobody has asked meanwhile") {
        CHECK(house.do_now(study.tell(id, at_step(1, 0.25))));
        CHECK(trial(study, id).client == "slow");
        CHECK(trial(study, id).attempts == 2);
    }
    SECTION("the study is paused") {
        CHECK(house.do_now(study.pause(true, StudyReason::user)));
        CHECK(house.do_now(study.tell(id, at_step(1, 0.25))));
    }
    SECTION("another one has it") {
        CHECK(ask(house, study, "quick") == id);
        CHECK(house.do_now(study.tell(id, at_step(1, 0.25))));
        CHECK(!house.do_now(study.tell(id, at_step(1, 0.75))));
    }
    CHECK(trial(study, id).state == TrialState::completed);
    CHECK(trial(study, id).objective() == 0.25);
}

TEST_CASE(
    "T-03: a client that goes on after it was taken for dead has its trial again", "[lease]"
) {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "slow");
    house.pass(kSilence);
    CHECK(trial(study, id).state == TrialState::pending);
    CHECK(house.do_now(study.report(id, at_step(7, 0.25))));
    CHECK(trial(study, id).state == TrialState::running);
    CHECK(trial(study, id).measurements.size() == 1);
    CHECK(ask(house, study, "other") != id);
}

TEST_CASE("what is refused of a late client leaves its trial to others", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "slow");
    house.pass(kSilence);
    CHECK(!house.do_now(study.tell(id, {})));
    CHECK(trial(study, id).state == TrialState::pending);
    CHECK(house.do_now(study.pause(false, StudyReason::user)));
    CHECK(!house.do_now(study.report(id, at_step(1, 0.5))));  // a paused study gives out nothing
    CHECK(trial(study, id).state == TrialState::pending);
}

TEST_CASE("a trial whose clients all fall silent has failed in the end", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "first");
    for (std::int64_t i = 1; i <= kMaxInfrastructureRetries; ++i) {
        house.pass(kSilence);
        CHECK(trial(study, id).state == TrialState::pending);
        CHECK(ask(house, study, "next") == id);
    }
    house.pass(kSilence);
    REQUIRE(trial(study, id).state == TrialState::failed);
    CHECK(trial(study, id).failure->kind == FailureKind::lost);
    CHECK_THAT(trial(study, id).failure->message, Catch::Contains("its client was silent"));
}

TEST_CASE("a client that takes longer than the timeout has failed", "[lease]") {
    TimedHouse house;
    StudyConfig config = leased_study(2 * kSilence);
    config.limits.timeout = 3 * kSilence;
    StudyRunner& study = house.create(config);
    const TrialId id = ask(house, study, "a");
    house.pass(2 * kSilence - kMoment);
    CHECK(house.do_now(study.report(id, at_step(1, 0.5))));
    house.pass(kSilence);
    CHECK(trial(study, id).state == TrialState::running);
    house.pass(kMoment);
    REQUIRE(trial(study, id).state == TrialState::failed);
    CHECK(trial(study, id).failure->kind == FailureKind::timed_out);
    CHECK_THAT(trial(study, id).failure->message, Catch::Contains("its client took longer"));
}

TEST_CASE("a trial that is stopped early and falls silent is pruned with what it said", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "a");
    CHECK(house.do_now(study.report(id, at_step(3, 0.5))));
    CHECK(house.do_now(study.stop_trial(id)));
    house.pass(kSilence);
    CHECK(trial(study, id).state == TrialState::pruned);
    CHECK(trial(study, id).outcome->objective == 0.5);
}

TEST_CASE("a limit that is set later counts from when its client was last heard", "[lease]") {
    TimedHouse house;
    StudyConfig config = leased_study();
    config.limits.stall_timeout.reset();
    StudyRunner& study = house.create(config);
    const TrialId id = ask(house, study, "a");
    house.pass(kSilence - kMoment);
    Limits limits = study.study().config.limits;
    limits.stall_timeout = kSilence;
    CHECK(house.do_now(study.set_limits(limits)));
    CHECK(trial(study, id).state == TrialState::running);
    house.pass(kMoment);
    CHECK(trial(study, id).state == TrialState::pending);
}

TEST_CASE("a lease begins anew with the next daemon", "[lease]") {
    const Storage record = Storage::in_memory(at(0));
    {
        TimedHouse house(Storage::in_memory_again(record, at(1)));
        ask(house, house.create(leased_study()), "a");
        house.pass(kSilence - kMoment);
    }
    TimedHouse house(Storage::in_memory_again(record, at(2)));
    StudyRunner& study = *house.scheduler().runners().at(0);
    house.pass(kSilence - kMoment);
    CHECK(trial(study, TrialId(1)).state == TrialState::running);
    house.pass(kMoment);
    CHECK(trial(study, TrialId(1)).state == TrialState::pending);
}

TEST_CASE("an end that storage refuses is tried again with a new lease", "[lease]") {
    TimedHouse house;
    StudyRunner& study = house.create(leased_study());
    const TrialId id = ask(house, study, "a");
    house.trouble = StorageError("the disk broke");
    house.pass(kSilence);
    CHECK(house.failed_calls > 0);
    CHECK(trial(study, id).state == TrialState::running);
    house.trouble.reset();
    CHECK(house.do_now(study.resume()));
    house.pass(kSilence);
    CHECK(trial(study, id).state == TrialState::pending);
}
