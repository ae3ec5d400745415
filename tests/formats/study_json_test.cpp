#include "tuner/formats/study_json.h"

#include "tuner/formats/rung_json.h"

#include <limits>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;
using namespace std::chrono_literals;

namespace {

SearchSpace lab_space() {
    return *SearchSpace::create({
        *Parameter::create("batch_size", IntegerRange{8, 512, Scale::log}),
        *Parameter::create("lr", RealRange{1e-5, 0.1, Scale::log}),
        *Parameter::create("depth", DiscreteValues{{1, 2, 0x1p10}, Scale::linear}),
        *Parameter::create("layers", Categories{{"64,16,4", "3", "true"}}),
    });
}

Study lab_study() {
    Study study;
    study.id = "babyweight-1";
    study.config.name = "babyweight";
    study.config.space = lab_space();
    study.config.objectives = {{"rmse", Goal::minimize}};
    study.config.limits.max_trials = 20;
    study.config.limits.max_parallel_trials = 5;
    study.source = R"({"trainingInput": {}})";
    study.created = TimePoint(1795514531120ms);
    return study;
}

Trial trial_of(std::int64_t id, double lr = 0.5) {
    Suggestion suggestion;
    suggestion.assignment = Assignment({{"lr", lr}, {"batch_size", std::int64_t{35}}});
    suggestion.provenance.origin = Origin::model;
    return Trial::create(TrialId(id), suggestion, TimePoint(1795514531120ms));
}

Trial completed(std::int64_t id, double objective) {
    Trial trial = trial_of(id);
    REQUIRE(trial.start(TimePoint(1795514532000ms)));
    REQUIRE(trial.complete({objective, 5714, {{"rmse", objective}}}, TimePoint(1795518132000ms)));
    return trial;
}

Trial failed(std::int64_t id, FailureKind kind, std::string message) {
    Trial trial = trial_of(id);
    REQUIRE(trial.start(TimePoint(1795514532000ms)));
    REQUIRE(trial.fail({kind, std::move(message)}, TimePoint(1795514533000ms)));
    return trial;
}

}  // namespace

TEST_CASE("a study is written as the API documents it", "[study_json]") {
    History history{lab_study().config, {completed(1, 1.2), trial_of(2), completed(3, 1.0391)}};
    CHECK(
        to_json(lab_study(), history).dump() ==
        R"({"id":"babyweight-1","name":"babyweight","state":"running","goal":"minimize",)"
        R"("metric":"rmse","maxTrials":20,"maxParallelTrials":5,"asked":true,"counts":{"completed":2,)"
        R"("running":0,"failed":0,"pruned":0,"pending":1,"cancelled":0},)"
        R"("best":{"trial":3,"objective":1.0391},"reason":null,"message":null,)"
        R"("createTime":"2026-11-24T10:02:11.120Z","endTime":null,)"
        R"("config":{"trainingInput":{}}})"
    );
}

TEST_CASE("a study without results has null for what does not exist", "[study_json]") {
    Study study = lab_study();
    REQUIRE(study.pause(StudyReason::error, "disk full"));
    study.source = "";
    const auto json = to_json(study, History{study.config, {}});
    CHECK(json["best"].is_null());
    CHECK(json["config"].is_null());
    CHECK(json["reason"] == "error");
    CHECK(json["message"] == "disk full");
}

TEST_CASE("a study whose document is no longer readable shows its text", "[study_json]") {
    Study study = lab_study();
    study.source = "{broken \xff";
    CHECK(to_json(study, History{study.config, {}})["config"] == "{broken \xEF\xBF\xBD");
}

TEST_CASE("a study's YAML document is shown as JSON", "[study_json]") {
    Study study = lab_study();
    study.source =
        "trainingInput:\n  runtimeVersion: 1.10\n  args: [yes, 01]\n  enableTrialEarlyStopping: "
        "True\n  minValue: 0.00002\n"
        "  c: \"1\"\n  d: [-3, 18446744073709551615, null]\n  categoricalValues: [1, no]\n";
    CHECK(
        to_json(study, History{study.config, {}})["config"].dump() ==
        R"({"trainingInput":{"runtimeVersion":"1.10","args":["yes","01"],)"
        R"("enableTrialEarlyStopping":true,"minValue":2e-05,)"
        R"("c":"1","d":[-3,18446744073709551615,null],"categoricalValues":["1","no"]}})"
    );
}

TEST_CASE(
    "a text of a study file that looks like a number is shown as it is spelled", "[study_json]"
) {
    Study study = lab_study();
    study.source =
        "displayName: 2024.10\ndescription: +2.\nlabel: True\nlevel: 1.5\nvalid: true\n"
        "parameters: [{categoricalValueSpec: {values: [1.10, True, 3]}}]\n";
    CHECK(
        to_json(study, History{study.config, {}})["config"].dump() ==
        R"({"displayName":"2024.10","description":"+2.","label":"True","level":1.5,"valid":true,)"
        R"("parameters":[{"categoricalValueSpec":{"values":["1.10","True","3"]}}]})"
    );
}

TEST_CASE("a trial is written as the API documents it", "[study_json]") {
    CHECK(
        to_json(completed(3, 1.0391), "babyweight-1", 1).dump() ==
        R"({"id":3,"study":"babyweight-1","state":"completed","parameters":{"lr":0.5,)"
        R"("batch_size":35},"objective":1.0391,"metrics":{"rmse":1.0391},"step":5714,)"
        R"("origin":"model","attempts":1,"reason":null,)"
        R"("createTime":"2026-11-24T10:02:11.120Z","startTime":"2026-11-24T10:02:12.000Z",)"
        R"("endTime":"2026-11-24T11:02:12.000Z","rank":1})"
    );
}

TEST_CASE("a trial without a result has null where it has no value", "[study_json]") {
    const auto json = to_json(trial_of(2), "s-1");
    CHECK(json["objective"].is_null());
    CHECK(json["step"].is_null());
    CHECK(json["metrics"].empty());
    CHECK(json["startTime"].is_null());
    CHECK_FALSE(json.contains("rank"));
    CHECK_FALSE(json.contains("measurements"));
}

TEST_CASE("a running trial shows its latest measurement", "[study_json]") {
    Trial trial = trial_of(2);
    REQUIRE(trial.start(TimePoint(0ms)));
    REQUIRE(trial.record({100, {{"rmse", 2.0}}}));
    REQUIRE(trial.record({200, {{"rmse", std::numeric_limits<double>::quiet_NaN()}}}));
    const auto json = to_json_with_measurements(trial, {2, trial.measurements}, "s-1");
    CHECK(json["objective"].is_null());
    CHECK(json["step"] == 200);
    CHECK(
        json["measurements"].dump() ==
        R"([{"step":100,"metrics":{"rmse":2.0}},{"step":200,"metrics":{"rmse":null}}])"
    );
}

TEST_CASE("the id of a study in a damaged database cannot make the JSON invalid", "[study_json]") {
    Study study;
    study.id = "digits\xff-1";
    CHECK(to_json(study, {}).dump().find("digits\xef\xbf\xbd-1") != std::string::npos);
    CHECK(nlohmann::json::accept(to_json(Trial(), study.id).dump()));
}

TEST_CASE("what a trainer wrote cannot make the JSON invalid", "[study_json]") {
    Trial trial = failed(1, FailureKind::exited, "Traceback \xff\xc3");
    const auto json = to_json(trial, "s-1");
    CHECK(json["reason"] == "Traceback \xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_NOTHROW(json.dump());
    CHECK(to_json(failed(1, FailureKind::lost, ""), "s-1")["reason"] == "lost");
}

TEST_CASE("a trial that was stopped early says why and what was to be expected", "[study_json]") {
    Trial pruned = trial_of(4);
    REQUIRE(pruned.start(TimePoint(0ms)));
    CHECK(to_json(pruned, "s-1")["reason"].is_null());
    pruned.prune_reason = "stopped early at step 10: hopeless";
    CHECK(to_json(pruned, "s-1")["state"] == "running");
    CHECK(to_json(pruned, "s-1")["reason"] == "stopped early at step 10: hopeless");
    CHECK_FALSE(to_json(pruned, "s-1").contains("forecast"));
    REQUIRE(pruned.prune(Outcome{1.0, 10, {}}, TimePoint(1000ms)));
    pruned.forecast = Forecast{0.9, 0.05};
    const auto json = to_json(pruned, "s-1");
    CHECK(json["state"] == "pruned");
    CHECK(json["objective"] == 1.0);
    CHECK(json["forecast"].dump() == R"({"mean":0.9,"sd":0.05})");
}

TEST_CASE("the rung table is an object with its rule", "[study_json]") {
    Stopping rule;
    rule.kind = StoppingKind::asha;
    const std::vector<Rung> rungs{
        {0, 1, 3, 1.5, 2, TrialId(3)}, {1, 3, 1, std::nullopt, 0, std::nullopt}};
    CHECK(
        to_json(rungs, rule).dump() ==
        R"({"rule":"asha","unit":"steps","eta":3,"minSteps":1,"rungs":[)"
        R"({"rung":0,"progress":1,"reached":3,"cutOff":1.5,"stopped":2,"best":3},)"
        R"({"rung":1,"progress":3,"reached":1,"cutOff":null,"stopped":0,"best":null}]})"
    );
}

TEST_CASE("the legacy output lists trials best first with texts for values", "[study_json]") {
    Trial pruned = trial_of(4);
    REQUIRE(pruned.start(TimePoint(0ms)));
    REQUIRE(pruned.prune(Outcome{1.0, 10, {}}, TimePoint(1000ms)));
    const Study study = lab_study();
    const History history{
        study.config,
        {completed(1, 3),
         completed(2, 1),
         failed(3, FailureKind::exited, "x"),
         pruned,
         failed(5, FailureKind::metric_missing, "x"),
         trial_of(6)}};
    const auto json = to_training_output(study, history);
    const auto& trials = json["trials"];
    REQUIRE(trials.size() == 6);
    CHECK(trials[0]["trialId"] == "2");
    CHECK(
        trials[0].dump().find(R"("hyperparameters":{"batch_size":"35","lr":"0.5"})") !=
        std::string::npos
    );
    CHECK(trials[0]["finalMetric"].dump() == R"({"trainingStep":"5714","objectiveValue":1.0})");
    CHECK(trials[1]["trialId"] == "4");  // a trial that was stopped early stands by its value
    CHECK(trials[1]["isTrialStoppedEarly"] == true);
    CHECK(trials[1]["state"] == "SUCCEEDED");
    CHECK_FALSE(trials[0].contains("isTrialStoppedEarly"));
    CHECK(trials[2]["trialId"] == "1");
    CHECK(trials[3]["state"] == "FAILED");
    CHECK(trials[4]["state"] == "SUCCEEDED");
    CHECK_FALSE(trials[4].contains("finalMetric"));
    CHECK(trials[5]["state"] == "QUEUED");
    CHECK(json["completedTrialCount"] == "4");
    CHECK(json["hyperparameterMetricTag"] == "rmse");
    CHECK(json["consumedMLUnits"].get<double>() == Approx(2.0).epsilon(0.01));
}

TEST_CASE("numbers in a request become what each domain wants", "[study_json]") {
    const auto parse = [](const char* text) {
        return parse_assignment(*parse_json(text), lab_space());
    };
    const auto result = parse(R"({"layers": 3, "depth": 1024, "lr": 0.1, "batch_size": 35.0})");
    REQUIRE(result);
    CHECK(
        *result == Assignment(
                       {{"batch_size", std::int64_t{35}},
                        {"lr", 0.1},
                        {"depth", 1024.0},
                        {"layers", std::string("3")}}
                   )
    );
    CHECK(parse(R"({"batch_size":8,"lr":0.1,"depth":1.00000000000001,"layers":true})"));
}

TEST_CASE("an assignment that does not fit says which parameter and why", "[study_json]") {
    const auto message = [](const char* text) {
        const auto result = parse_assignment(*parse_json(text), lab_space());
        REQUIRE_FALSE(result);
        CHECK(result.error().code == ErrorCode::invalid_argument);
        return result.error().message;
    };
    CHECK(
        message("[]") == "parameters must be an object like {\"batch_size\": 35, \"nembeds\": 16}"
    );
    CHECK(
        message(R"({"batch_size": 35.5})") ==
        "parameter batch_size cannot be 35.5; it is integer 8 to 512, log scale"
    );
    CHECK(
        message(R"({"batch_size": "35"})") ==
        "parameter batch_size cannot be \"35\"; it is integer 8 to 512, log scale"
    );
    CHECK(message(R"({"batch_size": 35})") == "parameter lr has no value");
    CHECK(message(R"({"batch_size": 9e300})").find("cannot be 9e+300") != std::string::npos);
    CHECK(message(R"({"batchsize": 35})") == "there is no parameter batchsize");
    CHECK(message(R"({"layers": null})").find("cannot be null") != std::string::npos);
}

TEST_CASE("an inactive parameter may not be given", "[study_json]") {
    const ParameterValue on = std::string("on");
    const auto space = SearchSpace::create({
        *Parameter::create("switch", Categories{{"off", "on"}}),
        *Parameter::create("child", IntegerRange{0, 3}, std::nullopt, Condition{"switch", {on}}),
    });
    CHECK(parse_assignment(*parse_json(R"({"child": 1, "switch": "on"})"), *space));
    const auto result = parse_assignment(*parse_json(R"({"child":1,"switch":"off"})"), *space);
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "parameter child is not active here");
}
