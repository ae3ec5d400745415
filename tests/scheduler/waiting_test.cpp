#include "tuner/scheduler/waiting.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("every waiting trial says why", "[waiting]") {
    Study study = a_study();
    Circumstances now;
    CHECK(describe_waiting(study, now) == "is about to start");
    now.shortage = "waits for 1 gpu: 2 of 2 are held by trials 3, 4 of mnist-1";
    CHECK(describe_waiting(study, now) == now.shortage);
    now.running = 5;
    CHECK(describe_waiting(study, now) == "5 trials run, which is maxParallelTrials");
    now.refusal = "the disk is full";
    now.refused_until = at(60);
    CHECK(
        describe_waiting(study, now) ==
        "this machine had no room for it (the disk is full); next try at 2026-01-01T00:01:00.000Z"
    );
    now.lost_until = at(30);
    CHECK(describe_waiting(study, now) == "was lost; next try at 2026-01-01T00:00:30.000Z");
    now.outage = "waiting: the disk is full";
    CHECK(describe_waiting(study, now) == "waiting: the disk is full");
    now.is_passive = true;
    CHECK(
        describe_waiting(study, now) ==
        "no daemon is at work; tuner serve or tuner run goes on with it"
    );
    study.state = StudyState::paused;
    CHECK(describe_waiting(study, now) == "its study is paused");
}
