#include "tuner/scheduler/told.h"

#include "tests/support/builders.h"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

Trial running_trial() {
    Trial trial = Trial::create(TrialId(3), {}, at(0));
    REQUIRE(trial.start(at(1)));
    return trial;
}

Measurement measured(std::int64_t step, std::string metric, double value) {
    return {step, {{std::move(metric), value}}};
}

}  // namespace

TEST_CASE("the last word is the result, whatever was measured before", "[told]") {
    Trial trial = running_trial();
    REQUIRE(trial.record(measured(9, "rmse", 0.25)));
    const Result<Trial> after =
        conclude_told(trial, measured(4, "rmse", 0.5), "", a_config().build(), at(2));
    REQUIRE(after);
    CHECK(after->state == TrialState::completed);
    CHECK(after->outcome == Outcome{0.5, 4, {{"rmse", 0.5}}});
    CHECK(after->ended == at(2));
}

TEST_CASE("without a last word what was measured is the result", "[told]") {
    Trial trial = running_trial();
    REQUIRE(trial.record(measured(1, "rmse", 0.25)));
    REQUIRE(trial.record(measured(2, "rmse", 0.5)));
    StudyConfig config = a_config().build();
    config.selection = GENERATE(MeasurementSelection::last, MeasurementSelection::best);
    const Result<Trial> after = conclude_told(trial, std::nullopt, "", config, at(2));
    REQUIRE(after);
    CHECK(after->objective() == (config.selection == MeasurementSelection::best ? 0.25 : 0.5));
}

TEST_CASE("a trial of which nothing was ever measured cannot be told to be complete", "[told]") {
    const Result<Trial> after =
        conclude_told(running_trial(), std::nullopt, "", a_config().build(), at(2));
    REQUIRE(!after);
    CHECK(after.error().code == ErrorCode::conflict);
    CHECK_THAT(after.error().message, Catch::Contains("rmse was never measured"));
}

TEST_CASE("a last word without the study's metric is refused", "[told]") {
    Trial trial = running_trial();
    REQUIRE(trial.record(measured(1, "rmse", 0.25)));
    const Result<Trial> after =
        conclude_told(trial, measured(2, "loss", 1), "", a_config().build(), at(2));
    REQUIRE(!after);
    CHECK(after.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(after.error().message, Catch::Contains("rmse is missing"));
}

TEST_CASE("what is told to be infeasible fails with the reason", "[told]") {
    const Result<Trial> after = conclude_told(
        running_trial(),
        measured(0, std::string(kInfeasibleMetric), 1),
        "out of memory",
        a_config().build(),
        at(2)
    );
    REQUIRE(after);
    CHECK(after->state == TrialState::failed);
    CHECK(after->failure == Failure{FailureKind::infeasible, "out of memory"});
}

TEST_CASE("a value that is not finite is infeasible", "[told]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Result<Trial> after =
        conclude_told(running_trial(), measured(0, "rmse", nan), "", a_config().build(), at(2));
    REQUIRE(after);
    CHECK(after->state == TrialState::failed);
    CHECK(after->failure->kind == FailureKind::infeasible);
}

TEST_CASE("a trial that was told to stop is pruned with its last word", "[told]") {
    Trial trial = running_trial();
    trial.prune_reason = "worse than the median";
    const Result<Trial> after =
        conclude_told(trial, measured(4, "rmse", 0.5), "", a_config().build(), at(2));
    REQUIRE(after);
    CHECK(after->state == TrialState::pruned);
    CHECK(after->objective() == 0.5);
    CHECK(after->prune_reason == "worse than the median");
}

TEST_CASE("a trial that has ended cannot be told again", "[told]") {
    Trial trial = running_trial();
    REQUIRE(trial.complete({0.5, 1, {}}, at(2)));
    const Result<Trial> after =
        conclude_told(trial, measured(4, "rmse", 0.5), "", a_config().build(), at(3));
    REQUIRE(!after);
    CHECK(after.error().code == ErrorCode::conflict);
}

TEST_CASE("what ended a trial is known when it is told again", "[told]") {
    const Objective objective = a_config().build().objective();
    const auto says = [](std::optional<double> value, std::optional<std::int64_t> step = {}) {
        PostedReport report;
        report.objective = value;
        report.step = step;
        return report;
    };
    PostedReport other_metric = says(0.5);
    other_metric.metrics = {{"accuracy", 0.9}};
    PostedReport infeasible;
    infeasible.metrics = {{std::string(kInfeasibleMetric), 1}};

    Trial trial = running_trial();
    CHECK_FALSE(was_told(trial, says(0.5), objective));
    REQUIRE(trial.complete({0.5, 4, {{"loss", 1.5}, {"rmse", 0.5}}}, at(2)));
    CHECK(was_told(trial, says(0.5), objective));
    CHECK(was_told(trial, says(0.5, 4), objective));
    CHECK(was_told(trial, {}, objective));
    CHECK_FALSE(was_told(trial, says(0.25), objective));
    CHECK_FALSE(was_told(trial, says(0.5, 5), objective));
    CHECK_FALSE(was_told(trial, other_metric, objective));
    CHECK_FALSE(was_told(trial, infeasible, objective));

    Trial failed = running_trial();
    REQUIRE(failed.fail({FailureKind::infeasible, "out of memory"}, at(2)));
    CHECK(was_told(failed, infeasible, objective));
    CHECK(was_told(failed, says(NAN), objective));
    CHECK_FALSE(was_told(failed, says(0.5), objective));
    CHECK_FALSE(was_told(failed, {}, objective));

    Trial lost = running_trial();
    REQUIRE(lost.fail({FailureKind::lost, "gone"}, at(2)));
    CHECK_FALSE(was_told(lost, infeasible, objective));
}
