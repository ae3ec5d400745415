#include "tuner/formats/tuner_yaml.h"

#include "tuner/formats/resource_fields.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/study/limits.h"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

std::string problems_of(const std::string& text) {
    const auto config = parse_tuner_yaml(text);
    return config ? "none" : to_text(config.error(), text, "tuner.yaml");
}

// A study whose `trainingInput` has these lines too.
std::string study_with(const std::string& lines) {
    return "trainingInput:\n" + lines +
           "  command: [train]\n  hyperparameters:\n    goal: MINIMIZE\n    params:\n"
           "    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}\n";
}

auto parse_on(const Host& host, const std::string& text) {
    return parse_study_yaml(text, {"h.yaml", "/work", "h", &host});
}

}  // namespace

TEST_CASE("the settings file of the repository says what holds without one", "[tuner_yaml]") {
    std::ifstream stream(TUNER_CONFIG_DIR "/tuner.yaml");
    std::ostringstream text;
    text << stream.rdbuf();
    REQUIRE_FALSE(text.str().empty());
    const auto config = parse_tuner_yaml(text.str());
    REQUIRE(config);
    CHECK(*config == TunerConfig{});
    CHECK(parse_tuner_yaml("") == config);
}

TEST_CASE("settings say what the machine has and what tiers mean", "[tuner_yaml]") {
    const auto config = parse_tuner_yaml(
        "machine: {cpus: 8, memory: 30GiB, gpus: [3, 1]}\n"
        "scaleTiers:\n  BASIC:\n  STANDARD_1: {cpus: 4, memory: 2 GB}\n"
    );
    REQUIRE(config);
    CHECK(config->gpus == std::vector<Gpu>{{1, "1"}, {3, "3"}});
    CHECK(config->scale_tiers == ScaleTiers{{"BASIC", {}}, {"STANDARD_1", {4, 0, 2'000'000'000}}});
    Machine found{2, kGiB, {}};
    CHECK(adjusted(found, *config).capacity() == Resources{8, 2, 30 * kGiB});
    CHECK(adjusted(found, TunerConfig{}) == found);
    CHECK(parse_tuner_yaml("machine: {gpus: 2}")->gpus == std::vector<Gpu>{{0, "0"}, {1, "1"}});
    CHECK(parse_tuner_yaml("machine: {gpus: 0}")->gpus == std::vector<Gpu>{});
    CHECK(
        parse_tuner_yaml("machine: {gpus: [GPU-b, GPU-a]}")->gpus ==
        std::vector<Gpu>{{0, "GPU-b"}, {1, "GPU-a"}}
    );
}

TEST_CASE("problems of the settings have their places", "[tuner_yaml]") {
    CHECK_THAT(problems_of("machine: {cpus: 0}"), Contains("tuner.yaml:1:17: cpus must be"));
    CHECK_THAT(problems_of("machine: {cpu: 1}"), Contains("did you mean cpus?"));
    CHECK_THAT(problems_of("machine: {gpus: [0, 0]}"), Contains("different ones"));
    CHECK_THAT(problems_of("machine: {gpus: [0, GPU-a]}"), Contains("different ones"));
    CHECK_THAT(problems_of("machine: {gpus: 1025}"), Contains("1024"));
    CHECK_THAT(problems_of("machine: {memory: lots}"), Contains("like 4GiB, 512M"));
    CHECK_THAT(problems_of("machine: big"), Contains("machine must be a mapping"));
    CHECK_THAT(problems_of("scaleTiers: [BASIC]"), Contains("must be a mapping like"));
    CHECK_THAT(problems_of("scaleTiers: {BASIC: {gpu: 1}}"), Contains("did you mean gpus?"));
    CHECK_THAT(problems_of("- 1"), Contains("must be a mapping"));
}

TEST_CASE("a size of memory has a unit of 1000 or of 1024", "[tuner_yaml]") {
    CHECK(parse_memory("4GiB") == 4 * kGiB);
    CHECK(parse_memory("4Gi") == 4 * kGiB);
    CHECK(parse_memory("512M") == 512'000'000);
    CHECK(parse_memory("512 MB") == 512'000'000);
    CHECK(parse_memory("2g") == 2'000'000'000);
    CHECK(parse_memory("1.5KiB") == 1'536);
    CHECK(parse_memory("17") == 17);
    CHECK(parse_memory("17B") == 17);
    CHECK(parse_memory("1024TiB") == kMaxMemoryBytes);
    for (const char* wrong :
         {"",
          "G",
          "-1G",
          "0",
          "0.1",
          "1e9",
          "4 GiBs",
          "4XB",
          "1025TiB",
          "inf",
          "nan",
          "0x10",
          "4Gib4",
          "4iB"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_memory(wrong));
    }
}

TEST_CASE("what a study asks for must be there, or its file has a problem", "[tuner_yaml]") {
    const Host host{{8, 16 * kGiB, {{0, "0"}, {1, "1"}}}, {}};
    CHECK(parse_on(host, study_with("  resources: {cpus: 8, gpus: 2, memory: 16GiB}\n")));
    const std::string text = study_with("  resources: {cpus: 9, gpus: 4}\n");
    const auto refused = parse_on(host, text);
    REQUIRE_FALSE(refused);
    CHECK(
        to_text(refused.error(), text, "h.yaml") ==
        "h.yaml:2:14: a trial asks for 9 cpus, this machine has 8\n"
        "  resources: {cpus: 9, gpus: 4}\n             ^\n"
        "h.yaml:2:14: a trial asks for 4 gpus, this machine has 2\n"
        "  resources: {cpus: 9, gpus: 4}\n             ^\n"
    );
}

TEST_CASE("a scale tier asks for no more than there is", "[tuner_yaml]") {
    const ScaleTiers tiers{{"BASIC_GPU", {0, 1, 0}}, {"BIG", {64, 0, 0}}};
    const std::string tier = study_with("  scaleTier: BASIC_GPU\n");
    SECTION("what there is") {
        const Host host{{8, kGiB, {{0, "0"}}}, tiers};
        const auto study = parse_on(host, tier);
        REQUIRE(study);
        CHECK(study->config.resources == Resources{0, 1, 0});
        CHECK(study->config.unused_fields.empty());
        REQUIRE(study->notices.size() == 1);
        CHECK_THAT(study->notices[0].message, Contains("each trial takes 1 gpu"));
    }
    SECTION("nothing, where there is none") {
        const Host host{{8, kGiB, {}}, tiers};
        const auto study = parse_on(host, tier);
        REQUIRE(study);
        CHECK(study->config.resources.are_none());
        REQUIRE(study->notices.size() == 1);
        CHECK_THAT(
            study->notices[0].message,
            Contains("each trial takes nothing (a trial asks for 1 gpu, this machine has none)")
        );
        CHECK(parse_on(host, study_with("  scaleTier: BIG\n"))->config.resources.cpus == 8);
    }
    SECTION("nothing beside resources, and nothing for a name that is not listed") {
        const Host host{{8, kGiB, {{0, "0"}}}, tiers};
        const auto both =
            parse_on(host, study_with("  scaleTier: BASIC_GPU\n  resources: {cpus: 1}\n"));
        CHECK(both->config.resources == Resources{1, 0, 0});
        CHECK(both->config.unused_fields == std::vector<std::string>{"scaleTier: BASIC_GPU"});
        const auto other = parse_on(host, study_with("  scaleTier: STANDARD_1\n"));
        CHECK(other->config.resources.are_none());
        CHECK(other->config.unused_fields == std::vector<std::string>{"scaleTier: STANDARD_1"});
    }
}
