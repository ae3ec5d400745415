#include "tuner/scheduler/verdict.h"

#include "tests/support/builders.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

AttemptExit exit_of(ExitKind kind, int code = 0, int signal = 0) {
    AttemptExit exit;
    exit.kind = kind;
    exit.code = code;
    exit.signal = signal;
    return exit;
}

Trial concluded(
    Trial trial,
    const AttemptExit& exit,
    StopPurpose purpose = StopPurpose::none,
    std::int64_t retries = 0
) {
    const StudyConfig config =
        a_config().with([=](StudyConfig& c) { c.limits.max_retries = retries; }).build();
    return conclude(std::move(trial), exit, config, purpose, at(100));
}

Trial a_running_trial() {
    return a_trial(1).running().build();
}

}  // namespace

TEST_CASE("a good end with the metric completes the trial at its last step", "[verdict]") {
    const Trial trial = concluded(
        a_trial(1).running().measured(100, 1.2).measured(300, 1.09).measured(200, 1.0).build(),
        exit_of(ExitKind::exited)
    );
    CHECK(trial.state == TrialState::completed);
    CHECK(trial.objective() == 1.09);
    CHECK(trial.outcome->step == 300);
    CHECK(trial.ended == at(100));
}

TEST_CASE(
    "T-12 a good end without the metric fails and names what was seen and the fix", "[verdict]"
) {
    Trial trial = a_running_trial();
    must(trial.record({1, {{"val_rmse", 1.0}, {"loss", 2.0}}}));
    const Trial after = concluded(trial, exit_of(ExitKind::exited));
    CHECK(after.state == TrialState::failed);
    CHECK(after.failure->kind == FailureKind::metric_missing);
    CHECK(
        after.failure->message ==
        "metric missing: the trainer ended well but never reported \"rmse\"; it reported val_rmse, "
        "loss. Print a line "
        "like rmse=0.5, or set hyperparameterMetricTag to a name it reports"
    );
}

TEST_CASE(
    "T-07 an objective that is not finite is infeasible and is not tried again", "[verdict]"
) {
    for (const double value :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        const Trial trial = concluded(
            a_trial(1).running().measured(5, value).build(),
            exit_of(ExitKind::exited),
            StopPurpose::none,
            3
        );
        CHECK(trial.state == TrialState::failed);
        CHECK(trial.failure->kind == FailureKind::infeasible);
    }
}

TEST_CASE("a bad end fails with what the trainer said last", "[verdict]") {
    AttemptExit exit = exit_of(ExitKind::exited, 1);
    exit.log_tail = "CUDA out of memory";
    const Trial trial = concluded(a_trial(1).running().measured(1, 1.0).build(), exit);
    CHECK(trial.state == TrialState::failed);
    CHECK(trial.failure->kind == FailureKind::exited);
    CHECK(
        trial.failure->message ==
        "the trainer exited with code 1; its last words:\nCUDA out of memory"
    );
    CHECK_FALSE(trial.outcome);
}

TEST_CASE("a signal is named", "[verdict]") {
    CHECK(
        concluded(a_running_trial(), exit_of(ExitKind::signalled, 0, 11)).failure->message ==
        "the trainer was ended by SIGSEGV"
    );
}

TEST_CASE("the trainer's own failures are rerun up to maxRetries times", "[verdict]") {
    Trial trial = concluded(a_running_trial(), exit_of(ExitKind::exited, 1), StopPurpose::none, 1);
    CHECK(trial.state == TrialState::pending);
    CHECK(trial.user_retries == 1);
    must(trial.start(at(101)));
    trial = concluded(trial, exit_of(ExitKind::timed_out), StopPurpose::none, 1);
    CHECK(trial.state == TrialState::failed);
    CHECK(trial.failure->kind == FailureKind::timed_out);
}

TEST_CASE("a program that cannot be started is not tried again", "[verdict]") {
    const Trial trial =
        concluded(a_running_trial(), exit_of(ExitKind::not_started), StopPurpose::none, 5);
    CHECK(trial.failure->kind == FailureKind::not_started);
}

TEST_CASE("lost attempts are rerun apart from the trainer's own failures", "[verdict]") {
    Trial trial = a_running_trial();
    for (int i = 1; i <= kMaxInfrastructureRetries; ++i) {
        trial = concluded(trial, exit_of(ExitKind::lost));
        CHECK(trial.state == TrialState::pending);
        CHECK(trial.infrastructure_retries == i);
        CHECK(trial.user_retries == 0);
        must(trial.start(at(200 + i)));
    }
    trial = concluded(trial, exit_of(ExitKind::lost));
    CHECK(trial.state == TrialState::failed);
    CHECK(trial.failure->kind == FailureKind::lost);
}

TEST_CASE("an attempt that was never let go costs nothing", "[verdict]") {
    const Trial trial = concluded(a_running_trial(), exit_of(ExitKind::never_started));
    CHECK(trial.state == TrialState::pending);
    CHECK(trial.infrastructure_retries == 0);
}

TEST_CASE("a stopped attempt of a paused study leaves its trial pending", "[verdict]") {
    const Trial trial = concluded(
        a_trial(1).running().measured(1, 1.0).build(),
        exit_of(ExitKind::stopped),
        StopPurpose::requeue
    );
    CHECK(trial.state == TrialState::pending);
    CHECK(trial.measurements.empty());
}

TEST_CASE("a trainer that ended well before the stop reached it is completed", "[verdict]") {
    const Trial trial = concluded(
        a_trial(1).running().measured(1, 1.0).build(),
        exit_of(ExitKind::exited),
        StopPurpose::requeue
    );
    CHECK(trial.state == TrialState::completed);
}

TEST_CASE(
    "an attempt of a study that was ended for good cancels its trial however it ends", "[verdict]"
) {
    for (const ExitKind kind :
         {ExitKind::stopped, ExitKind::exited, ExitKind::lost, ExitKind::signalled}) {
        CHECK(
            concluded(a_running_trial(), exit_of(kind), StopPurpose::cancel).state ==
            TrialState::cancelled
        );
    }
}

TEST_CASE("the back-off doubles from ten seconds to six minutes within a quarter", "[verdict]") {
    Rng rng(1, "backoff");
    for (std::int64_t retries = 1; retries <= 40; ++retries) {
        const double plain =
            std::min(10'000.0 * std::pow(2.0, static_cast<double>(retries - 1)), 360'000.0);
        const auto backoff = static_cast<double>(infrastructure_backoff(retries, rng).count());
        CHECK(backoff >= 0.75 * plain - 1);
        CHECK(backoff <= 1.25 * plain + 1);
    }
}

TEST_CASE("a trial that is stopped early is pruned however its trainer ends", "[verdict]") {
    for (const ExitKind kind :
         {ExitKind::stopped, ExitKind::lost, ExitKind::signalled, ExitKind::timed_out}) {
        Trial trial = a_trial(1).running().measured(1, 5).measured(2, 4).build();
        trial.prune_reason = "hopeless";
        const Trial after = concluded(trial, exit_of(kind), StopPurpose::prune, 3);
        CHECK(after.state == TrialState::pruned);
        CHECK(after.objective() == 4);
        CHECK(after.prune_reason == "hopeless");
    }
}

TEST_CASE("a trial that is stopped early with a value that is not finite failed", "[verdict]") {
    Trial trial = a_trial(1).running().measured(1, 5).build();
    must(trial.record({2, {{"rmse", std::numeric_limits<double>::quiet_NaN()}}}));
    trial.prune_reason = "hopeless";
    const Trial after = concluded(trial, exit_of(ExitKind::stopped), StopPurpose::prune);
    CHECK(after.state == TrialState::failed);
    CHECK(after.failure->kind == FailureKind::infeasible);
    CHECK(after.prune_reason.empty());
}

TEST_CASE("A14 a plain run that ends well is completed, with or without a metric", "[verdict]") {
    const StudyConfig config = a_config().plain().build();
    for (const Trial& trial : {a_running_trial(), a_trial(1).running().measured(1, 2).build()}) {
        const Trial after =
            conclude(trial, exit_of(ExitKind::exited), config, StopPurpose::none, at(100));
        CHECK(after.state == TrialState::completed);
        CHECK_FALSE(after.outcome);
    }
    const Trial failed =
        conclude(a_running_trial(), exit_of(ExitKind::exited, 3), config, StopPurpose::none, at(1));
    CHECK(failed.state == TrialState::failed);
    CHECK(failed.failure->message == "the trainer exited with code 3");
}
