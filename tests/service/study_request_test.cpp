#include "tuner/service/study_request.h"

#include "tests/support/temp_dir.h"

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
