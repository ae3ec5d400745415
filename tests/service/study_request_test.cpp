#include "tuner/service/study_request.h"

#include "tests/support/temp_dir.h"
#include "tuner/study/limits.h"

#include <catch2/catch.hpp>

using namespace tuner;
using tuner::test::TempDir;

namespace {

RunRequest a_file(const TempDir& dir, std::string_view input) {
    RunRequest request;
    request.file =
        dir.write(
               "lab/hyperparam.yaml", "trainingInput:\n  scaleTier: BASIC\n" + std::string(input)
        )
            .string();
    return request;
}

TrainerSpec trainer_of(const RunRequest& request) {
    const auto read = read_study(request);
    if (!read) {
        FAIL(read.error().message);
    }
    return read->study.config.trainer;
}

}  // namespace

TEST_CASE("the command line wins over the fields of the file", "[study_request]") {
    TempDir dir;
    RunRequest request =
        a_file(dir, "  command: ./t\n  args: [-a]\n  jobDir: J\n  packageUris: [gs://b/a.whl]\n");
    request.python_module = "trainer.task";
    request.package_uris = {"/lab/trainer"};
    request.job_dir = "K";
    request.args = {"-b"};
    const TrainerSpec trainer = trainer_of(request);
    CHECK(trainer.command.empty());
    CHECK(trainer.python_module == "trainer.task");
    CHECK(trainer.package_uris == std::vector<std::string>{"/lab/trainer"});
    CHECK(trainer.job_dir == "K");
    CHECK(trainer.args == std::vector<std::string>{"-a", "-b"});
    CHECK(trainer.working_dir == (dir / "lab").string());
}

TEST_CASE("a scale tier of the command line is the file's", "[study_request]") {
    TempDir dir;
    RunRequest request = a_file(dir, "  command: ./t\n");
    request.scale_tier = "STANDARD_1";
    const auto read = read_study(request);
    REQUIRE(read);
    CHECK(read->study.config.unused_fields == std::vector<std::string>{"scaleTier: STANDARD_1"});
    request.scale_tier = "CUSTOM";
    CHECK_THAT(read_study(request).error().message, Catch::Contains("needs a masterType"));
}

TEST_CASE("a document needs no file", "[study_request]") {
    RunRequest request;
    request.document = R"({"trainingInput": {"command": ["./t"]}})";
    request.working_dir = "/lab";
    request.name = "mine";
    const auto read = read_study(request);
    REQUIRE(read);
    CHECK(read->study.file.empty());
    CHECK(read->study.config.name == "mine");
    CHECK(read->study.config.trainer.working_dir == "/lab");
}

TEST_CASE("a document without a trainer is evaluated by whoever asks", "[study_request]") {
    const std::string params = GENERATE(
        "trainingInput: {hyperparameters: {maxTrials: 7, hyperparameterMetricTag: m, params: "
        "[{parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}]}}",
        "studySpec: {metrics: [{metricId: m, goal: MINIMIZE}], parameters: [{parameterId: x, "
        "doubleValueSpec: {minValue: 0, maxValue: 1}}]}"
    );
    RunRequest request;
    request.document = params;
    request.working_dir = "/lab";
    const auto read = read_study(request);
    REQUIRE(read);
    CHECK(read->study.config.is_asked());
    CHECK(read->study.config.limits.max_trials == (params[0] == 't' ? 7 : kMaxTrials));
    // With a command it is run, as often as before.
    request.args = {"./t"};
    const auto run = read_study(request);
    REQUIRE(run);
    CHECK(!run->study.config.is_asked());
    CHECK(run->study.config.limits.max_trials == (params[0] == 't' ? 7 : 1));
}

TEST_CASE("a file is asked only when that is said", "[study_request]") {
    TempDir dir;
    const std::string question =
        "  hyperparameters: {hyperparameterMetricTag: m, params: [{parameterName: x, type: DOUBLE, "
        "minValue: 0, maxValue: 1}]}\n";
    RunRequest request = a_file(dir, question);
    CHECK_THAT(read_study(request).error().message, Catch::Contains("tuner ask hyperparam.yaml"));
    request.is_asked = true;
    CHECK(read_study(request)->study.config.is_asked());
    request = a_file(dir, question + "  command: ./t\n");
    request.is_asked = true;
    CHECK_THAT(read_study(request).error().message, Catch::Contains("take the command out"));
    request = a_file(dir, "");  // a plain run of nothing
    request.is_asked = true;
    CHECK_THAT(read_study(request).error().message, Catch::Contains("nothing to run"));
}

TEST_CASE("a study without a trainer, or with packages for none, is refused", "[study_request]") {
    TempDir dir;
    CHECK_THAT(
        read_study(a_file(dir, "")).error().message,
        Catch::Contains("hyperparam.yaml: nothing to run")
    );
    RunRequest request = a_file(dir, "  command: ./t\n");
    request.package_uris = {"/lab/trainer"};
    CHECK_THAT(read_study(request).error().message, Catch::Contains("give --module-name"));
    request.file += ".not";
    CHECK_THAT(read_study(request).error().message, Catch::Contains("cannot read"));
}
