#include "tuner/formats/vizier_resource.h"

#include "tests/support/builders.h"

#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

const vizier::Parent kParent{"p", "l"};

Study a_vizier_study() {
    Study study;
    study.id = "mine-1";
    study.config = a_config().build();
    study.config.trainer = {};
    study.config.trainer.is_vizier = true;
    study.source = R"({"display_name": "Mine!", "studySpec": {"metrics": []}})";
    study.created = at(0);
    return study;
}

Trial a_running_trial() {
    Trial trial = Trial::create(
        TrialId(2), {Assignment({{"size", std::int64_t{35}}, {"rate", 0.5}}), {}}, at(1)
    );
    REQUIRE(trial.start(at(2)));
    trial.client = "w1";
    return trial;
}

std::string shown(const Trial& trial) {
    return vizier::to_trial(kParent, a_vizier_study(), trial).dump();
}

}  // namespace

TEST_CASE("a study is what its client made it of", "[vizier_resource]") {
    Study study = a_vizier_study();
    CHECK(
        vizier::to_study(kParent, study).dump() ==
        R"({"name":"projects/p/locations/l/studies/mine-1","displayName":"Mine!",)"
        R"("studySpec":{"metrics":[]},"state":"ACTIVE","createTime":"2026-01-01T00:00:00.000Z"})"
    );
    REQUIRE(study.pause(StudyReason::user, ""));
    CHECK(vizier::to_study(kParent, study)["state"] == "INACTIVE");
    CHECK(vizier::to_study(kParent, study)["inactiveReason"] == "it is paused");
    study.source = "{broken \xff";
    CHECK(vizier::to_study(kParent, study)["displayName"] == "babyweight");
}

TEST_CASE("an active trial has numbers for numbers and its client", "[vizier_resource]") {
    Trial trial = a_running_trial();
    CHECK(
        shown(trial) ==
        R"({"name":"projects/p/locations/l/studies/mine-1/trials/2","id":"2","state":"ACTIVE",)"
        R"("parameters":[{"parameterId":"size","value":35},{"parameterId":"rate","value":0.5}],)"
        R"("startTime":"2026-01-01T00:00:02.000Z","clientId":"w1"})"
    );
    trial.prune_reason = "too slow";
    CHECK(vizier::state_of(trial) == "STOPPING");
}

TEST_CASE("defaults are left out and what is no number is a text", "[vizier_resource]") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    Trial trial = a_running_trial();
    REQUIRE(trial.record({0, {{"zero", 0}, {"up", kInfinity}, {"down", -kInfinity}}}));
    REQUIRE(trial.record({7, {{"none", std::numeric_limits<double>::quiet_NaN()}}}));
    CHECK(
        vizier::to_trial(kParent, a_vizier_study(), trial)["measurements"].dump() ==
        R"([{"metrics":[{"metricId":"zero"},{"metricId":"up","value":"Infinity"},)"
        R"({"metricId":"down","value":"-Infinity"}]},)"
        R"({"stepCount":"7","metrics":[{"metricId":"none","value":"NaN"}]}])"
    );
}

TEST_CASE("an end is a success where there is a value", "[vizier_resource]") {
    Trial good = a_running_trial();
    REQUIRE(good.complete({1.5, 9, {{"rmse", 1.5}}}, at(3)));
    CHECK(vizier::state_of(good) == "SUCCEEDED");
    Trial pruned = a_running_trial();
    REQUIRE(pruned.prune(Outcome{1.5, 9, {{"rmse", 1.5}}}, at(3)));
    CHECK(vizier::state_of(pruned) == "SUCCEEDED");
    Trial failed = a_running_trial();
    REQUIRE(failed.fail({FailureKind::infeasible, "oom \xff"}, at(3)));
    CHECK(
        vizier::to_trial(kParent, a_vizier_study(), failed)["infeasibleReason"] ==
        "oom \xEF\xBF\xBD"
    );
    Trial cancelled = a_running_trial();
    REQUIRE(cancelled.cancel(at(3)));
    CHECK(
        vizier::to_trial(kParent, a_vizier_study(), cancelled)["infeasibleReason"] ==
        "its study was cancelled"
    );
}

TEST_CASE("an operation is done and has what it found", "[vizier_resource]") {
    const Study study = a_vizier_study();
    const auto found =
        vizier::to_suggest_operation(kParent, study, "suggest-2", {a_running_trial()}, at(5));
    CHECK(found["name"] == "projects/p/locations/l/studies/mine-1/operations/suggest-2");
    CHECK(found["metadata"]["clientId"] == "w1");
    CHECK(found["response"]["trials"][0]["id"] == "2");
    const auto none = vizier::to_suggest_operation(kParent, study, "suggest", {}, at(5));
    CHECK(!none["response"].contains("trials"));
    const auto go =
        vizier::to_check_operation(kParent, study, TrialId(2), "check-go", false, at(5));
    CHECK(!go["response"].contains("shouldStop"));
    CHECK(go["metadata"]["trial"] == "projects/p/locations/l/studies/mine-1/trials/2");
}
