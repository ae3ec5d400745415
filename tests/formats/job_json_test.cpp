#include "tuner/formats/job_json.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::test;
using Json = nlohmann::ordered_json;

namespace {

Study a_job(StudyState state = StudyState::running, StudyReason reason = StudyReason::none) {
    Study study = a_study();
    study.id = study.config.name = "babyweight_1";
    study.source = R"(trainingInput:
  scaleTier: STANDARD_1
  workerCount: 3
  runtimeVersion: 1.10
  args: [--eval_steps=10]
  hyperparameters:
    goal: 2
    max_trials: "20"
    hyperparameterMetricTag: rmse
    params:
    - {parameterName: batch_size, type: 2, minValue: 8, maxValue: "512", scaleType: UNIT_LOG_SCALE}
labels: {team_name: a}
)";
    study.state = state;
    study.reason = reason;
    if (state == StudyState::finished || state == StudyState::cancelled) {
        study.ended = at(100);
    }
    return study;
}

TrialBuilder failing(std::int64_t number, const std::string& message) {
    TrialBuilder trial = a_trial(number);
    trial.with({{"batch_size", std::int64_t{35}}, {"lr", 0.5}}).running();
    return trial.failed_with({FailureKind::exited, message});
}

std::string state_of(const Study& study, const std::vector<TrialBuilder>& trials) {
    return std::string(job_state(study, a_history(study.config, trials)));
}

std::string message_of(const Study& study, const std::vector<TrialBuilder>& trials) {
    return to_job_json(study, a_history(study.config, trials)).value("errorMessage", "none");
}

}  // namespace

TEST_CASE("a job echoes what was submitted in the API's spelling", "[job_json]") {
    const Study study = a_job();
    const Json job = to_job_json(study, a_history(study.config, {a_trial(1).completed(1)}));
    CHECK(job["jobId"] == "babyweight_1");
    CHECK(job["state"] == "RUNNING");
    CHECK(job["labels"].dump() == R"({"team_name":"a"})");
    CHECK(job["trainingOutput"]["trials"].size() == 1);
    CHECK_FALSE(job.contains("endTime"));
    CHECK(
        job["trainingInput"].dump() ==
        R"({"scaleTier":"STANDARD_1","workerCount":"3","runtimeVersion":"1.10",)"
        R"("args":["--eval_steps=10"],"hyperparameters":{"goal":"MINIMIZE","maxTrials":20,)"
        R"("hyperparameterMetricTag":"rmse","params":[{"parameterName":"batch_size",)"
        R"("type":"INTEGER","minValue":8.0,"maxValue":512.0,"scaleType":"UNIT_LOG_SCALE"}]}})"
    );
}

TEST_CASE("A10 A11 the values of a trial are the texts that its trainer got", "[job_json]") {
    const Study study = a_job();
    const std::vector<Assignment::Entry> values = {
        {"a", 1024.0},
        {"b", 0.5},
        {"h", "64,16,4"},
        {"lr", 5.946473377484674e-05},
        {"n", std::int64_t{281}},
        {"units", "1024 512 128"}};
    const Json job =
        to_job_json(study, a_history(study.config, {a_trial(1).with(values).completed(1)}));
    CHECK(
        job["trainingOutput"]["trials"][0]["hyperparameters"].dump() ==
        R"({"a":"1024","b":"0.5","h":"64,16,4","lr":"5.9464733774846743e-05","n":"281",)"
        R"("units":"1024 512 128"})"
    );
}

TEST_CASE("a job has the legacy word for each state", "[job_json]") {
    const auto done = a_trial(1).completed(1);
    CHECK(state_of(a_job(), {}) == "QUEUED");
    CHECK(state_of(a_job(), {a_trial(1)}) == "QUEUED");
    CHECK(state_of(a_job(), {a_trial(1).running()}) == "RUNNING");
    CHECK(state_of(a_job(StudyState::paused, StudyReason::user), {done}) == "QUEUED");
    CHECK(state_of(a_job(StudyState::paused, StudyReason::failed_trials), {done}) == "FAILED");
    CHECK(state_of(a_job(StudyState::finished, StudyReason::max_trials), {done}) == "SUCCEEDED");
    CHECK(state_of(a_job(StudyState::finished, StudyReason::failed_trials), {done}) == "FAILED");
    CHECK(state_of(a_job(StudyState::cancelled), {done, a_trial(2).running()}) == "CANCELLING");
    CHECK(state_of(a_job(StudyState::cancelled), {done}) == "CANCELLED");
}

TEST_CASE("a job that ended well without a single result has failed", "[job_json]") {
    const Study study = a_job(StudyState::finished, StudyReason::max_trials);
    CHECK(state_of(study, {a_trial(1).failed(FailureKind::metric_missing)}) == "FAILED");
    CHECK(message_of(study, {a_trial(1).failed(FailureKind::metric_missing)}) == "exit code 1");
}

TEST_CASE("A23 failed trials are told in the legacy service's very words", "[job_json]") {
    Study study = a_job(StudyState::finished, StudyReason::failed_trials);
    study.config.limits.max_failed_trials = 2;
    const std::string said =
        "the trainer exited with code 3; its last words:\nTraceback\nValueError";
    CHECK(
        message_of(
            study, {failing(1, said), a_trial(2).completed(1), failing(3, said), a_trial(4)}
        ) ==
        "Hyperparameter Tuning Trial #3 failed. 2 total hyperparameter trial failures were seen, "
        "out of 3 trials attempted which reaches the user-specified limit of 2.The last trial to "
        "fail was #3, with parameters: batch_size=35, lr=0.5, .  The trial's error message was: "
        "The replica master 0 exited with a non-zero status of 3. Termination reason: Error. "
        "\nTraceback\nValueError"
    );
}

TEST_CASE("a failed trial without an end in a damaged database cannot hurt", "[job_json]") {
    const Study study = a_job(StudyState::finished, StudyReason::failed_trials);
    History history = a_history(study.config, {failing(1, "the trainer exited with code 1")});
    history.trials[0].ended.reset();
    CHECK(to_job_json(study, history)["state"] == "FAILED");
}

TEST_CASE("what was inherited is not the job's own", "[job_json]") {
    Study study = a_job(StudyState::finished, StudyReason::failed_trials);
    study.config.inherited_trials = 2;
    study.config.limits.max_failed_trials = 2;  // one of them failed before
    const std::string said = "the trainer exited with code 1";
    const std::vector<TrialBuilder> trials = {
        a_trial(1).completed(1), failing(2, said), failing(3, said)};
    const Json job = to_job_json(study, a_history(study.config, trials));
    CHECK(job["trainingOutput"]["trials"].size() == 1);
    CHECK(job["trainingOutput"]["trials"][0]["trialId"] == "3");
    CHECK(job["trainingOutput"]["completedTrialCount"] == "0");
    CHECK_THAT(
        job["errorMessage"].get<std::string>(),
        Catch::StartsWith("Hyperparameter Tuning Trial #3 failed. 1 total hyperparameter trial "
                          "failures were seen, out of 1 trials attempted which reaches the "
                          "user-specified limit of 1.")
    );
}
