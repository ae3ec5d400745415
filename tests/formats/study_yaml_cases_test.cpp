// Holds every file of tests/cases/study_yaml to its golden text: the configuration and the notices
// of a good file, the problems of a bad one. TUNER_WRITE_GOLDEN=1 writes them anew, to be read.

#include "tuner/formats/stored_json.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/formats/yaml_json.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace tuner;

namespace {

const fs::path kCases = fs::path(TUNER_CASES_DIR) / "study_yaml";

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::set<fs::path> yaml_files(const char* folder) {
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kCases / folder)) {
        if (entry.path().extension() == ".yaml") {
            files.insert(entry.path());
        }
    }
    return files;
}

// Checks `text` against the golden file beside `path`, or writes it.
void check_golden(const fs::path& path, const std::string& text) {
    const fs::path golden = fs::path(path).replace_extension(".expected");
    const char* write = std::getenv("TUNER_WRITE_GOLDEN");
    if (write != nullptr && std::string(write) == "1") {
        std::ofstream(golden, std::ios::binary) << text;
    }
    CHECK(text == read_file(golden));
}

StudyYamlContext context_of(const fs::path& path) {
    return {"hyperparam.yaml", "/home/user/lab", path.stem().string()};
}

}  // namespace

TEST_CASE("A4 every good study file gives exactly its configuration", "[study_yaml]") {
    const auto files = yaml_files("good");
    CHECK(files.size() >= 40);
    for (int quirk = 1; quirk <= 22; ++quirk) {  // the forms of contract.md 2.2
        CAPTURE(quirk);
        const std::string mark = (quirk < 10 ? "q0" : "q") + std::to_string(quirk) + "_";
        CHECK(std::any_of(files.begin(), files.end(), [&](const fs::path& path) {
            return path.filename().string().starts_with(mark);
        }));
    }
    for (const fs::path& path : files) {
        CAPTURE(path.string());
        const std::string text = read_file(path);
        const auto study = parse_study_yaml(text, context_of(path));
        if (!study) {
            FAIL(to_text(study.error(), text, context_of(path)));
        }
        std::string expected = to_readable_config(study->config);
        if (!study->notices.empty()) {
            expected += "notices:\n" + to_text(study->notices, text, context_of(path));
        }
        check_golden(path, expected);
        CHECK(from_stored_config(to_stored_config(study->config)) == study->config);
    }
}

TEST_CASE("the JSON of a good study file is the same study", "[study_yaml]") {
    for (const fs::path& path : yaml_files("good")) {
        CAPTURE(path.string());
        const std::string text = read_file(path);
        Findings findings;
        const auto root = load_yaml(text, findings);
        REQUIRE(root);
        const auto study = parse_study_yaml(text, context_of(path));
        const auto again = parse_study_yaml(to_json(*root).dump(), context_of(path));
        REQUIRE(study);
        REQUIRE(again);
        StudyConfig config = again->config;
        config.unused_fields = study->config.unused_fields;  // they show how numbers are spelled
        CHECK(config == study->config);
    }
}

TEST_CASE("every bad study file gives exactly its problems", "[study_yaml]") {
    const auto files = yaml_files("bad");
    CHECK(files.size() >= 60);
    for (const fs::path& path : files) {
        CAPTURE(path.string());
        const std::string text = read_file(path);
        const std::clock_t start = std::clock();
        const auto study = parse_study_yaml(text, context_of(path));
        CHECK(std::clock() - start < CLOCKS_PER_SEC);  // CPU time: the machine may be busy
        REQUIRE_FALSE(study);
        REQUIRE_FALSE(study.error().empty());
        check_golden(path, to_text(study.error(), text, context_of(path)));
    }
}

TEST_CASE("A5 A6 without a goal one trial maximizes, and a notice says so", "[study_yaml]") {
    const fs::path path = kCases / "good" / "goal_missing_defaults.yaml";
    const std::string text = read_file(path);
    const auto study = parse_study_yaml(text, context_of(path));
    REQUIRE(study);
    CHECK(study->config.objective().goal == Goal::maximize);
    CHECK(study->config.limits.max_trials == 1);
    CHECK(study->config.limits.max_parallel_trials == 1);
    CHECK(
        to_text(study->notices, text, context_of(path)).find("goal is not given") !=
        std::string::npos
    );
}

TEST_CASE("A7 A8 a wrong field of a parameter is told with its name and place", "[study_yaml]") {
    for (const auto& [file, problem] : std::vector<std::pair<std::string, std::string>>{
             {"log_scale_from_zero",
              "hyperparam.yaml:9:18: UNIT_LOG_SCALE needs values that are strictly positive, but "
              "minValue is 0 (parameter lr)\n"},
             {"integer_bound_with_fraction",
              "hyperparam.yaml:7:17: minValue 1.5 of an INTEGER must be a whole number (parameter "
              "lr)\n"},
             {"discrete_values_unsorted",
              "hyperparam.yaml:7:32: discreteValues must be strictly increasing, but 32 follows 64 "
              "(parameter lr)\n"},
             {"discrete_values_too_many",
              "hyperparam.yaml:7:23: discreteValues has 1001 values; at most 1000 are allowed "
              "(parameter lr)\n"},
             {"categorical_with_bounds",
              "hyperparam.yaml:7:17: minValue does not go with type CATEGORICAL; remove it "
              "(parameter lr)\n"},
             {"parameter_declared_twice",
              "hyperparam.yaml:6:7: parameter x is declared twice; the first is in line 5\n"},
             {"type_missing", "hyperparam.yaml:5:7: type is missing"}}) {
        const fs::path path = kCases / "bad" / (file + ".yaml");
        CAPTURE(path.string());
        const std::string text = read_file(path);
        const auto study = parse_study_yaml(text, context_of(path));
        REQUIRE_FALSE(study);
        CHECK(to_text(study.error(), text, context_of(path)).starts_with(problem));
    }
}

TEST_CASE("a golden file without its study file is left over", "[study_yaml]") {
    for (const char* folder : {"good", "bad"}) {
        for (const auto& entry : fs::directory_iterator(kCases / folder)) {
            CAPTURE(entry.path().string());
            CHECK(fs::exists(fs::path(entry.path()).replace_extension(".yaml")));
        }
    }
}
