#include "tuner/executor/trainer_launch.h"

#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"
#include "tuner/formats/tf_config.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

AttemptRecord the_second_attempt() {
    AttemptRecord attempt;
    attempt.uuid = "u";
    attempt.number = 2;
    attempt.dir = "/data/studies/babyweight-1/3/2";
    return attempt;
}

MachineEnvironment a_machine() {
    MachineEnvironment machine;
    machine.variables = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/home/ann"}};
    machine.program_dirs = {"/usr/bin", "/bin"};
    return machine;
}

// A study whose trainer is /bin/sh with the user's argument --batch_size=128.
ConfigBuilder a_job(std::optional<std::string> job_dir = std::nullopt) {
    return a_config().with([&](StudyConfig& config) {
        config.trainer.command = {"/bin/sh", "train.sh"};
        config.trainer.args = {"--batch_size=128"};
        config.trainer.job_dir = std::move(job_dir);
        config.trainer.working_dir = "/";
    });
}

Launch launched(const ConfigBuilder& config, std::vector<Assignment::Entry> parameters = {}) {
    const Trial trial = a_trial(3).with(std::move(parameters)).build();
    return must(make_launch(a_study(config.build()), trial, the_second_attempt(), a_machine()));
}

nlohmann::json tf_config_of(const Launch& launch) {
    return nlohmann::json::parse(launch.env.at("TF_CONFIG"));
}

}  // namespace

TEST_CASE("A12 the user's arguments come before the job dir and the parameters last", "[launch]") {
    const Launch launch =
        launched(a_job("J"), {{"batch_size", std::int64_t{40}}, {"nembeds", std::int64_t{16}}});
    CHECK(
        launch.argv ==
        std::vector<std::string>{
            "/bin/sh",
            "train.sh",
            "--batch_size=128",
            "--job-dir=J/3",
            "--batch_size=40",
            "--nembeds=16"}
    );
}

TEST_CASE("A10 A11 values are written as the legacy service wrote them", "[launch]") {
    const Launch launch = launched(
        a_job(),
        {{"lr", 5.946473377484674e-05},
         {"a", 1024.0},
         {"b", 0.5},
         {"ten", 10.0},
         {"tiny", 2e-05},
         {"n", std::int64_t{281}},
         {"minus", std::int64_t{-3}},
         {"units", "1024 512 128"},
         {"h", "64,16,4"},
         {"freeze-weights", "True"},
         {"x", ""}}
    );
    const std::vector<std::string> flags(launch.argv.begin() + 3, launch.argv.end());
    CHECK(
        flags ==
        std::vector<std::string>{
            "--lr=5.9464733774846743e-05",
            "--a=1024",
            "--b=0.5",
            "--ten=10",
            "--tiny=2.0000000000000002e-05",
            "--n=281",
            "--minus=-3",
            "--units=1024 512 128",
            "--h=64,16,4",
            "--freeze-weights=True",
            "--x="}
    );
}

TEST_CASE("A13 a trial's job dir is below the study's and never has two slashes", "[launch]") {
    for (const auto& [given, got] : std::vector<std::pair<std::string, std::string>>{
             {"J", "--job-dir=J/3"},
             {"/data/J/", "--job-dir=/data/J/3"},
             {"gs://bucket/J//", "--job-dir=gs://bucket/J/3"},
             {"/", "--job-dir=/3"}}) {
        CHECK(launched(a_job(given)).argv.back() == got);
    }
    CHECK(launched(a_job()).argv.back() == "--batch_size=128");
}

TEST_CASE("A13 a trial finds itself in TF_CONFIG and the legacy variables", "[launch]") {
    const Launch launch = launched(a_job("J"));
    CHECK(tf_config_of(launch) == nlohmann::json::parse(R"({
            "cluster": {}, "environment": "cloud",
            "task": {"type": "master", "index": 0, "trial": "3"},
            "job": {"job_name": "babyweight-1", "args": ["--batch_size=128"], "job_dir": "J"}})"));
    CHECK(launch.env.at("CLOUD_ML_JOB_ID") == "babyweight-1");
    CHECK(launch.env.at("CLOUD_ML_TRIAL_ID") == "3");
    CHECK(launch.env.at("CLOUD_ML_HP_METRIC_TAG") == "rmse");
    CHECK(
        launch.env.at("CLOUD_ML_HP_METRIC_FILE") ==
        "/data/studies/babyweight-1/3/2/hypertune/output.metrics"
    );
    CHECK(launch.metric == "rmse");
}

TEST_CASE("A14 a plain run gets the bare job dir and no sign of a trial", "[launch]") {
    const Launch launch = launched(a_job("J/").plain());
    CHECK(launch.argv.back() == "--job-dir=J/");
    CHECK(
        tf_config_of(launch).at("task") == nlohmann::json::parse(R"({"type":"master","index":0})")
    );
    for (const char* name :
         {"CLOUD_ML_TRIAL_ID", "CLOUD_ML_HP_METRIC_TAG", "CLOUD_ML_HP_METRIC_FILE"}) {
        CHECK_FALSE(launch.env.contains(name));
    }
    CHECK(launch.env.at("CLOUD_ML_JOB_ID") == "babyweight-1");
    CHECK(launch.metric.empty());
}

TEST_CASE("a module runs as python3 -m does, from the staged copy when there is one", "[launch]") {
    ConfigBuilder config = a_job().with([](StudyConfig& c) {
        c.trainer.command.clear();
        c.trainer.python_module = "trainer.task";
        c.trainer.package_uris = {"lab/trainer/", "gs://bucket/a.whl"};
    });
    const auto words = [](const Launch& launch) {
        return std::vector(launch.argv.begin() + 1, launch.argv.begin() + 3);
    };
    const Launch live = launched(config);
    CHECK(tf_config_of(live).at("job").at("python_module") == "trainer.task");
    CHECK(words(live) == std::vector<std::string>{"-m", "trainer.task"});
    const Launch staged = launched(config.with([](StudyConfig& c) {
        c.trainer.staged_paths = {"/data/packages/ID/0"};
    }));
    CHECK(
        words(staged) == std::vector<std::string>{"/data/packages/ID/run_module.py", "trainer.task"}
    );
    CHECK(staged.env.at("PYTHONPATH") == "/data/packages/ID/0:/");
}

TEST_CASE("a trainer of the Vizier dialect finds that service's variables", "[launch]") {
    ConfigBuilder config = a_job().with([](StudyConfig& c) { c.trainer.is_vizier = true; });
    const Launch bare = launched(config);
    CHECK_FALSE(bare.env.contains("AIP_MODEL_DIR"));
    CHECK(
        nlohmann::json::parse(bare.env.at("CLUSTER_SPEC")).at("task") ==
        nlohmann::json::parse(R"({"type": "workerpool0", "index": 0, "trial": "3"})")
    );
    const Launch launch =
        launched(config.with([](StudyConfig& c) { c.trainer.output_dir = "gs://bucket/out/"; }));
    CHECK(launch.env.at("AIP_MODEL_DIR") == "gs://bucket/out/3/model/");
    CHECK(launch.env.at("AIP_CHECKPOINT_DIR") == "gs://bucket/out/3/checkpoints/");
    CHECK(launch.env.at("AIP_TENSORBOARD_LOG_DIR") == "gs://bucket/out/3/logs/");
    for (const std::string& word : launch.argv) {
        CHECK_FALSE(word.starts_with("--job-dir"));
    }
    const Launch local =
        launched(config.with([](StudyConfig& c) { c.trainer.output_dir = "out/"; }));
    CHECK(local.env.at("AIP_TENSORBOARD_LOG_DIR") == "out/3/logs/");
    CHECK(local.event_dirs.front() == "/out/3/logs");
    CHECK_FALSE(launched(a_job()).env.contains("CLUSTER_SPEC"));
}

TEST_CASE("clusters of trials side by side have ports of their own", "[launch]") {
    const auto machine_of = [](std::optional<TrialId> trial) {
        return nlohmann::json::parse(cluster_spec(trial)).at("cluster").at("workerpool0").at(0);
    };
    CHECK(machine_of(std::nullopt) == "127.0.0.1:2222");
    CHECK(machine_of(TrialId(1)) == "127.0.0.1:2222");
    CHECK(machine_of(TrialId(2)) == "127.0.0.1:2223");
    CHECK(machine_of(TrialId(60'000)) == "127.0.0.1:62221");
    CHECK(machine_of(TrialId(60'001)) == "127.0.0.1:2222");
}

TEST_CASE("a rerun finds the checkpoints of the attempts before it", "[launch]") {
    const Launch launch = launched(a_job());
    CHECK(launch.env.at("TUNER_STUDY") == "babyweight-1");
    CHECK(launch.env.at("TUNER_TRIAL") == "3");
    CHECK(launch.env.at("TUNER_ATTEMPT") == "2");
    CHECK(launch.env.at("TUNER_TRIAL_DIR") == "/data/studies/babyweight-1/3");
    CHECK(launch.env.at("TUNER_CHECKPOINT_DIR") == "/data/studies/babyweight-1/3/checkpoints");
    CHECK(launch.env.at("PYTHONUNBUFFERED") == "1");
}
