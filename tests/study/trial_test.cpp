#include "tuner/study/trial.h"

#include "tests/support/builders.h"

#include <functional>
#include <limits>
#include <map>

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_trial;
using test::at;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Outcome kOutcome{1.5, 300, {{"rmse", 1.5}, {"mae", 1.0}}};
const Failure kFailure{FailureKind::signalled, "signal 9"};
const Objective kRmse{"rmse", Goal::minimize};

Trial in_state(TrialState state) {
    switch (state) {
        case TrialState::pending:
            return a_trial().build();
        case TrialState::running:
            return a_trial().running().measured(1, 2.0).build();
        case TrialState::completed:
            return a_trial().completed(2.0).build();
        case TrialState::pruned:
            return a_trial().pruned(2.0).build();
        case TrialState::failed:
            return a_trial().failed().build();
        case TrialState::cancelled:
            return a_trial().cancelled().build();
    }
    return {};
}

struct Verb {
    std::string name;
    std::function<Result<void>(Trial&)> apply;
    std::map<TrialState, TrialState> legal;  // from, to
};

const std::vector<Verb>& all_verbs() {
    using enum TrialState;
    static const std::vector<Verb> verbs{
        {"start", [](Trial& t) { return t.start(at(9)); }, {{pending, running}}},
        {"requeue", [](Trial& t) { return t.requeue(); }, {{running, pending}}},
        {"record",
         [](Trial& t) {
             return t.record({7, {}});
         },
         {{running, running}}},
        {"complete",
         [](Trial& t) { return t.complete(kOutcome, at(9)); },
         {{running, completed}, {pending, completed}}},
        {"prune", [](Trial& t) { return t.prune(kOutcome, at(9)); }, {{running, pruned}}},
        {"fail",
         [](Trial& t) { return t.fail(kFailure, at(9)); },
         {{running, failed}, {pending, failed}}},
        {"cancel",
         [](Trial& t) { return t.cancel(at(9)); },
         {{running, cancelled}, {pending, cancelled}}},
    };
    return verbs;
}

}  // namespace

TEST_CASE("every transition of a trial goes where it must or is a conflict", "[trial]") {
    for (const Verb& verb : all_verbs()) {
        for (const auto& [state, name] : Names<TrialState>::entries) {
            CAPTURE(verb.name, name);
            const Trial before = in_state(state);
            REQUIRE(before.state == state);
            Trial trial = before;
            const Result<void> done = verb.apply(trial);
            const auto legal = verb.legal.find(state);
            if (legal != verb.legal.end()) {
                CHECK(done);
                CHECK(trial.state == legal->second);
                CHECK(trial.ended.has_value() == is_final(trial.state));
            } else {
                REQUIRE_FALSE(done);
                CHECK(done.error().code == ErrorCode::conflict);
                CHECK(trial == before);
            }
        }
    }
}

TEST_CASE("a conflict names the trial and its state", "[trial]") {
    Trial trial = a_trial(7).completed(1.0).build();
    CHECK(trial.start(at(0)).error().message == "trial 7 is completed: it cannot be started");
    CHECK(trial.requeue().error().message == "trial 7 is completed: it cannot be queued again");
}

TEST_CASE("only pending and running trials are not final", "[trial]") {
    for (const auto& [state, name] : Names<TrialState>::entries) {
        CAPTURE(name);
        CHECK(is_final(state) == (state != TrialState::pending && state != TrialState::running));
    }
}

TEST_CASE("a new trial is its suggestion and nothing more", "[trial]") {
    Suggestion suggestion{Assignment({{"x", 0.5}}), {}};
    suggestion.provenance.origin = Origin::model;
    suggestion.provenance.note = "why";
    const Trial trial = Trial::create(TrialId(3), suggestion, at(1));
    CHECK(trial.id == TrialId(3));
    CHECK(trial.assignment == suggestion.assignment);
    CHECK(trial.provenance == suggestion.provenance);
    CHECK(trial.state == TrialState::pending);
    CHECK(trial.created == at(1));
    CHECK(trial.attempts == 0);
    CHECK_FALSE(trial.started);
    CHECK_FALSE(trial.ended);
    CHECK_FALSE(trial.objective());
}

TEST_CASE("a trial that is queued again keeps its number and values and first start", "[trial]") {
    Trial trial = a_trial(3).with({{"x", 0.5}}).running().measured(1, 2.0).build();
    const auto started = trial.started;
    REQUIRE(trial.requeue());
    CHECK(trial.measurements.empty());
    CHECK(trial.attempts == 1);
    CHECK(trial.id == TrialId(3));
    CHECK(*trial.assignment.find("x") == ParameterValue(0.5));
    REQUIRE(trial.start(at(1'000)));
    CHECK(trial.attempts == 2);
    CHECK(trial.started == started);
}

TEST_CASE("measurements are kept in order of arrival", "[trial]") {
    const Trial trial = a_trial().running().measured(2, 1.0).measured(1, 3.0).build();
    REQUIRE(trial.measurements.size() == 2);
    CHECK(trial.measurements[0] == Measurement{2, {{"rmse", 1.0}}});
    CHECK(trial.measurements[1] == Measurement{1, {{"rmse", 3.0}}});
}

TEST_CASE("how a trial ended is on record", "[trial]") {
    Trial trial = a_trial().running().build();
    SECTION("completed") {
        REQUIRE(trial.complete(kOutcome, at(9)));
        CHECK(trial.outcome == kOutcome);
        CHECK(trial.objective() == 1.5);
        CHECK_FALSE(trial.failure);
    }
    SECTION("pruned with a value") {
        REQUIRE(trial.prune(kOutcome, at(9)));
        CHECK(trial.objective() == 1.5);
    }
    SECTION("pruned before it reported") {
        REQUIRE(trial.prune(std::nullopt, at(9)));
        CHECK_FALSE(trial.objective());
    }
    SECTION("failed") {
        REQUIRE(trial.fail(kFailure, at(9)));
        CHECK(trial.failure == kFailure);
        CHECK_FALSE(trial.objective());
    }
    SECTION("cancelled") {
        REQUIRE(trial.cancel(at(9)));
        CHECK_FALSE(trial.failure);
        CHECK_FALSE(trial.objective());
    }
    CHECK(trial.ended == at(9));
}

TEST_CASE("a trial is neither completed nor pruned with what is no number", "[trial]") {
    for (const double value : {kNan, kInfinity, -kInfinity}) {
        CAPTURE(value);
        Trial trial = a_trial().running().build();
        const Trial before = trial;
        const Outcome outcome{value, 0, {}};
        for (const auto& done : {trial.complete(outcome, at(9)), trial.prune(outcome, at(9))}) {
            REQUIRE_FALSE(done);
            CHECK(done.error().code == ErrorCode::invalid_argument);
            CHECK(trial == before);
        }
    }
}

TEST_CASE("the measurement that counts becomes the outcome", "[trial]") {
    const std::vector<Measurement> measurements{
        {100, {{"rmse", 1.2}, {"mae", 0.9}}}, {200, {{"rmse", 1.4}, {"mae", 1.0}}}};
    const auto last = judge_measurements(measurements, kRmse, MeasurementSelection::last);
    CHECK(last == Outcome{1.4, 200, {{"rmse", 1.4}, {"mae", 1.0}}});
    const auto best = judge_measurements(measurements, kRmse, MeasurementSelection::best);
    CHECK(best == Outcome{1.2, 100, {{"rmse", 1.2}, {"mae", 0.9}}});
}

TEST_CASE("a missing metric is told together with those seen", "[trial]") {
    const auto silent = judge_measurements({}, kRmse, MeasurementSelection::last);
    REQUIRE_FALSE(silent);
    CHECK(silent.error().kind == FailureKind::metric_missing);
    CHECK(
        silent.error().message ==
        "metric missing: the trainer ended well but never reported \"rmse\"; it reported no metric "
        "at all"
    );
    const auto other = judge_measurements(
        {{1, {{"loss", 1}, {"acc", 2}}}, {2, {{"loss", 1}}}}, kRmse, MeasurementSelection::best
    );
    REQUIRE_FALSE(other);
    CHECK_THAT(other.error().message, Catch::EndsWith("it reported loss, acc"));
}

TEST_CASE("a result that is no number is infeasible", "[trial]") {
    for (const double value : {kNan, kInfinity, -kInfinity}) {
        CAPTURE(value);
        const std::vector<Measurement> measurements{{1, {{"rmse", 1}}}, {2, {{"rmse", value}}}};
        const auto verdict = judge_measurements(measurements, kRmse, MeasurementSelection::last);
        REQUIRE_FALSE(verdict);
        CHECK(verdict.error().kind == FailureKind::infeasible);
        CHECK_THAT(verdict.error().message, Catch::EndsWith("at step 2"));
        CHECK(judge_measurements(measurements, kRmse, MeasurementSelection::best));
    }
}

TEST_CASE("the good end of a plain run is a completed trial without a result", "[trial]") {
    Trial trial = a_trial(1).running().build();
    REQUIRE(trial.end_well(at(9)));
    CHECK(trial.state == TrialState::completed);
    CHECK(trial.ended == at(9));
    CHECK_FALSE(trial.objective());
    CHECK(trial.end_well(at(10)).error().code == ErrorCode::conflict);
}
