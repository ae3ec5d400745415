// The commands of `tuner jobs`: what flags make, what is printed.

#include "tests/api/api_fixture.h"
#include "tuner/cli/commands.h"
#include "tuner/cli/job_flags.h"
#include "tuner/cli/job_logs.h"
#include "tuner/cli/projection.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;
using tests::ApiFixture;
using tuner::JobFlags;
using tuner::Projection;
namespace fs = std::filesystem;

namespace {

const Json kJob = Json::parse(R"({
    "jobId": "j1", "state": "SUCCEEDED",
    "trainingOutput": {"completedTrialCount": "2", "isHyperparameterTuningJob": true, "trials": [
        {"trialId": "7", "hyperparameters": {"nnsize": "281"},
         "finalMetric": {"trainingStep": "5714", "objectiveValue": 1.03}},
        {"trialId": "2", "hyperparameters": {"nnsize": "64"}}]}})");

std::string printed(const char* format) {
    const auto projection = Projection::parse(format);
    return projection ? projection->print(kJob) : projection.error().message;
}

// A folder with a package, away when the test is over.
class Lab {
  public:
    Lab() : path_(fs::temp_directory_path() / ("tuner-jobs-test-" + std::to_string(::getpid()))) {
        fs::create_directories(path_ / "trainer");
        std::ofstream(path_ / "trainer" / "__init__.py");
    }

    ~Lab() { fs::remove_all(path_); }

    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    fs::path path_;
};

// What a line of `tuner jobs submit training` makes of a file's document.
tuner::Result<Json> job_of(
    Words words, const std::string& document = "{}", const Words& user_arguments = {}
) {
    JobFlags flags;
    CLI::App app("test");
    add_job_flags(app, flags);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    flags.user_arguments = user_arguments;
    return make_job(flags, Json::parse(document));
}

std::string refusal(Words words, const std::string& document = "{}") {
    const auto job = job_of(std::move(words), document);
    return job ? "none" : job.error().message;
}

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

boost::asio::awaitable<tuner::Result<tuner::Server>> answer(tuner::Server server) {
    co_return server;
}

Ran run(ApiFixture& api, Words words) {
    std::ostringstream out;
    std::ostringstream err;
    tuner::CommandContext context{out, err, {}, {}, {}, {}};
    context.find_server = [&] { return answer({api.server->url(), tests::kToken}); };
    context.find_lasting_server = context.find_server;
    CLI::App app("test");
    tuner::add_global_options(app, context);
    tuner::add_commands(app, context);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    const int code = api.loop.run(context.chosen());
    return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("A2 the first trial's values can be taken out for a shell", "[projection]") {
    CHECK(printed("value(trainingOutput.trials.finalMetric.objectiveValue.slice(0))") == "1.03\n");
    CHECK(printed("value(trainingOutput.trials.hyperparameters.nnsize.slice(0))") == "281\n");
    CHECK(printed("value(trainingOutput.trials.trialId.slice(0))") == "7\n");
    CHECK(printed("value(trainingOutput.trials[0].trialId)") == "7\n");
    CHECK(printed("value(trainingOutput.trials[-1].trialId,state)") == "2\tSUCCEEDED\n");
    CHECK(printed("value(trainingOutput.trials.trialId.slice(0:1))") == "7\n");
    CHECK(printed("value(trainingOutput.trials[].trialId)") == "7;2\n");
}

TEST_CASE("values are printed as the legacy tool did", "[projection]") {
    CHECK(printed("value(jobId, nowhere, trainingOutput.completedTrialCount)") == "j1\t\t2\n");
    CHECK(printed("value(nowhere,jobId)") == "\tj1\n");
    CHECK(printed("value(trainingOutput.isHyperparameterTuningJob)") == "True\n");
    CHECK(printed("value(trainingOutput.trials.hyperparameters)") == "nnsize=281;nnsize=64\n");
    CHECK(printed("value(trainingOutput.trials[5].trialId)") == "\n");
    CHECK(printed("yaml(jobId,state,startTime)") == "jobId: j1\nstate: SUCCEEDED\n");
    CHECK(
        printed("json(state,jobId)") == "{\n  \"jobId\": \"j1\",\n  \"state\": \"SUCCEEDED\"\n}\n"
    );
    CHECK_THAT(printed("yaml"), Catch::Contains("completedTrialCount: '2'\n"));
    CHECK(nlohmann::json::parse(printed("json")) == nlohmann::json::parse(kJob.dump()));
}

TEST_CASE("a format that is none is refused", "[projection]") {
    for (const auto* format :
         {"value",
          "xml",
          "value(a",
          "value()",
          "value(a..b)",
          "value(a.slice(x))",
          "value(a[x])",
          "yaml(a)b",
          ""}) {
        CAPTURE(format);
        CHECK_FALSE(Projection::parse(format));
    }
}

TEST_CASE("A31 flags win over the file and user arguments over its args", "[jobs]") {
    const Lab lab;
    const auto job = job_of(
        {"j1",
         "--package-path=" + lab.file("trainer"),
         "--module-name",
         "trainer.task",
         "--scale-tier=basic",
         "--region=us-central1",
         "--job-dir=gs://b/o",
         "--runtime-version=1.8",
         "--labels=a=1,b=",
         "--worker-count=3",
         "--master-accelerator=count=1,type=nvidia",
         "--enable-web-access",
         "--staging-bucket=gs://b"},
        R"({"jobId": "other", "training_input": {"scaleTier": "STANDARD_1", "args": ["--old"],
            "python_module": "old", "hyperparameters": {"maxTrials": 5}}})",
        {"--config=x", "--region=y"}
    );
    REQUIRE(job);
    const Json& input = job->at("trainingInput");
    CHECK(job->at("jobId") == "j1");
    CHECK(job->at("labels").dump() == R"({"a":"1","b":""})");
    CHECK(input.at("scaleTier") == "BASIC");
    CHECK(input.at("args") == Words{"--config=x", "--region=y"});
    CHECK(input.at("pythonModule") == "trainer.task");
    CHECK(input.at("packageUris") == Words{lab.file("trainer")});
    CHECK(input.at("region") == "us-central1");
    CHECK(input.at("runtimeVersion") == "1.8");
    CHECK(input.at("jobDir") == "gs://b/o");
    CHECK(input.at("workerCount") == "3");
    CHECK(input.at("enableWebAccess") == true);
    CHECK(
        input.at("masterConfig").dump() == R"({"acceleratorConfig":{"count":"1","type":"nvidia"}})"
    );
    CHECK(input.at("hyperparameters").at("maxTrials") == 5);
    CHECK_FALSE(job->contains("training_input"));
}

TEST_CASE("a file alone keeps what no flag says", "[jobs]") {
    const auto job = job_of(
        {"j1"},
        R"({"trainingInput": {"command": ["./t"], "args": ["--old"], "scaleTier": "BASIC"}})"
    );
    REQUIRE(job);
    CHECK(job->at("trainingInput").at("args") == Words{"--old"});
    CHECK(job->at("trainingInput").at("scaleTier") == "BASIC");
}

TEST_CASE("A32 packages that are none are refused in the legacy words", "[jobs]") {
    const Lab lab;
    fs::create_directories(lab.file("bare"));
    CHECK(
        refusal({"j1", "--module-name=m", "--package-path=" + lab.file("bare")}) ==
        "[" + lab.file("bare") +
            "] is not a valid Python package because it does not contain an `__init__.py` file. "
            "Please create one and try again."
    );
    CHECK(
        refusal({"j1", "--module-name=m", "--package-path=" + lab.file("no")}) ==
        "Source directory [" + lab.file("no") + "] is not a valid directory."
    );
    CHECK(
        refusal({"j1", "--module-name=m", "--packages=gs://a/x.tar.gz,gs://b/x.tar.gz"}) ==
        "Cannot upload multiple packages with the same filename: [x.tar.gz]"
    );
    CHECK_THAT(
        refusal({"j1", "--module-name=m", "--packages=" + lab.file("x.whl")}),
        Catch::Contains("There is no package")
    );
    CHECK(refusal({"j1", "--module-name=m"}) == "Non-custom jobs must have packages.");
    CHECK(
        refusal({"j1", "--package-path=" + lab.file("trainer")}) ==
        "argument --module-name: Must be specified."
    );
}

TEST_CASE("flags that exclude or need each other are told", "[jobs]") {
    CHECK(
        refusal({"j1", "--scale-tier=custom"}) ==
        "--master-machine-type is required if scale-tier is set to `CUSTOM`."
    );
    CHECK(
        refusal(
            {"j1", "--scale-tier=CUSTOM"},
            R"({"trainingInput": {"masterType": "standard", "command": "./t"}})"
        ) == "none"
    );
    CHECK(
        refusal({"j1", "--master-image-uri=i", "--runtime-version=1.8"}) ==
        "Only one of --master-image-uri, --runtime-version can be set."
    );
    CHECK_THAT(
        refusal({"j1", "--labels=a"}, R"({"trainingInput": {"command": "./t"}})"),
        Catch::Contains("not like KEY=VALUE")
    );
}

TEST_CASE("describe, list and cancel speak as the legacy tool", "[jobs]") {
    ApiFixture api;
    CHECK(run(api, {"jobs", "list"}).err == "Listed 0 items.\n");
    api.fake.add_study("a", 3);
    api.fake.add_study("b", 0);
    const auto shown = run(api, {"ml-engine", "jobs", "describe", "a-1"});
    CHECK_THAT(shown.out, Catch::Contains("jobId: a-1\n") && Catch::Contains("\nstate: RUNNING\n"));
    CHECK(shown.out.find("  completedTrialCount: '3'\n") != std::string::npos);
    CHECK(
        run(api,
            {"jobs", "describe", "a-1", "--format=value(trainingOutput.trials.trialId.slice(0))"})
            .out == "3\n"
    );
    CHECK(
        run(api, {"jobs", "list"}).out ==
        "JOB_ID  STATUS   CREATED\n"
        "b-1     QUEUED   1970-01-01T00:00:00Z\n"
        "a-1     RUNNING  1970-01-01T00:00:00Z\n"
    );
    CHECK(
        run(api, {"jobs", "list", "--filter=state:RUNNING", "--format=value(jobId)"}).out == "a-1\n"
    );
    CHECK(
        run(api, {"jobs", "list", "--limit=1", "--sort-by=jobId", "--format=value(jobId)"}).out ==
        "a-1\n"
    );
    CHECK(
        run(api, {"jobs", "list", "--limit=1", "--uri"}).out ==
        api.server->url() + "/v1/projects/local/jobs/b-1\n"
    );
    const auto cancelled = run(api, {"ai-platform", "jobs", "cancel", "a-1"});
    CHECK(cancelled.code == 0);
    CHECK(cancelled.out + cancelled.err == "");
    const auto missing = run(api, {"jobs", "describe", "x"});
    CHECK(missing.code == 1);
    CHECK_THAT(missing.err, Catch::StartsWith("ERROR: (tuner.jobs.describe) NOT_FOUND: "));
    CHECK(run(api, {"jobs", "list", "--filter=("}).code == 1);
}

TEST_CASE("a summary has the trials in order of their ids", "[jobs]") {
    ApiFixture api;
    api.fake.add_study("a", 2);
    const std::string text = run(api, {"jobs", "describe", "a-1", "--summarize"}).out;
    CHECK_THAT(
        text,
        Catch::Contains("Training Output Trials\n"
                        "TRIAL  OBJECTIVE_VALUE  STEP  HYPERPARAMETERS\n"
                        "1      2.0              300   batch_size=9\n"
                        "                              lr=0.5\n"
                        "                              nembeds=3\n"
                        "2      1.5              300   batch_size=10\n")
    );
}

TEST_CASE("a submitted job is told and its state printed", "[jobs]") {
    ApiFixture api;
    const Lab lab;
    std::ofstream(lab.file("h.yaml")) << "trainingInput: {command: ./t}\n";
    const auto done =
        run(api, {"jobs", "submit", "training", "new_1", "--config", lab.file("h.yaml")});
    CHECK(done.code == 0);
    CHECK_THAT(done.err, Catch::StartsWith("Job [new_1] submitted successfully.\n"));
    CHECK_THAT(done.err, Catch::Contains("tuner jobs stream-logs new_1"));
    CHECK(done.out == "jobId: new_1\nstate: QUEUED\n");
    CHECK(fs::equivalent(
        api.fake.data.last_job.working_dir, fs::path(lab.file("h.yaml")).parent_path()
    ));
    const auto again =
        run(api, {"jobs", "submit", "training", "taken_1", "--config", lab.file("h.yaml")});
    CHECK(again.code == 1);
    CHECK_THAT(
        again.err, Catch::StartsWith("ERROR: (tuner.jobs.submit.training) ALREADY_EXISTS: ")
    );
    CHECK(run(api, {"jobs", "submit", "training", "j", "--config=nowhere.yaml"}).code == 1);
}

TEST_CASE("a line of a job's logs says when and which trial", "[jobs]") {
    const std::string line = tuner::job_log_line("INFO", tuner::TimePoint{}, "3", "a\tb\x1b");
    CHECK_THAT(
        line,
        Catch::Matches("INFO\t\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d "
                       "[+-]\\d{4}\tmaster-replica-0\t3\ta b\\\\x1b\n")
    );
}
