// What the files of tests/cases/study_yaml cannot say well of the Vizier dialect: limits, damage,
// and rules that hold for two files.

#include "tuner/base/random.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/study/limits.h"

#include <ctime>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tuner;

namespace {

const StudyYamlContext kContext{"h.yaml", "/work", "study"};

constexpr const char* kParameter =
    "  - {parameterId: x, doubleValueSpec: {minValue: 0, maxValue: 1}}\n";

std::string study_with(const std::string& job, const std::string& parameters = kParameter) {
    return job + "studySpec:\n  metrics: [{metricId: loss, goal: MINIMIZE}]\n  parameters:\n" +
           parameters;
}

std::string first_problem(const std::string& text) {
    const auto study = parse_study_yaml(text, kContext);
    REQUIRE_FALSE(study);
    return study.error().front().message;
}

// A parent of `count` values, and children that each name all of them.
std::string study_with_wide_parent(int count, int children) {
    std::string values;
    for (int i = 0; i < count; ++i) {
        values += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
    }
    std::string text = fmt::format(
        "  - parameterId: p\n    categoricalValueSpec: {{values: [{}]}}\n"
        "    conditionalParameterSpecs:\n",
        values
    );
    for (int i = 0; i < children; ++i) {
        text += fmt::format(
            "    - parentCategoricalValues: {{values: [{}]}}\n"
            "      parameterSpec: {{parameterId: x{}, doubleValueSpec: {{minValue: 0, maxValue: "
            "1}}}}\n",
            values,
            i
        );
    }
    return study_with("", text);
}

}  // namespace

TEST_CASE("a Vizier study is named by its job, or by its file", "[vizier_study]") {
    const auto name_of = [](const std::string& job) {
        const auto study = parse_study_yaml(study_with(job), kContext);
        REQUIRE(study);
        return study->config.name;
    };
    CHECK(name_of("") == "study");
    CHECK(name_of("displayName: census\n") == "census");
    CHECK(name_of("displayName: My census (new)\n") == "My-census-new");
    CHECK(name_of("displayName: ''\n") == "study");
    CHECK(name_of("displayName: census\nname: mine\n") == "mine");
    CHECK(name_of("name: projects/1/locations/l/hyperparameterTuningJobs/2\n") == "study");
}

TEST_CASE("a display name is allowed up to its limit in characters", "[vizier_study]") {
    std::string title;
    for (std::size_t i = 0; i < kMaxStudyNameBytes; ++i) {
        title += "ö";
    }
    CHECK(parse_study_yaml(study_with("displayName: " + title + "\n"), kContext));
    CHECK(
        first_problem(study_with("displayName: x" + title + "\n")) ==
        "displayName has 129 characters; at most 128 are allowed"
    );
}

TEST_CASE("parameters are counted with those below them", "[vizier_study]") {
    const auto parameters = [](std::size_t count) {
        std::string text =
            "  - parameterId: p\n    categoricalValueSpec: {values: [a]}\n"
            "    conditionalParameterSpecs:\n";
        for (std::size_t i = 1; i < count; ++i) {
            text += fmt::format(
                "    - parentCategoricalValues: {{values: [a]}}\n"
                "      parameterSpec: {{parameterId: x{}, integerValueSpec: {{minValue: 0, "
                "maxValue: 1}}}}\n",
                i
            );
        }
        return study_with("", text);
    };
    CHECK(parse_study_yaml(parameters(kMaxParameters), kContext));
    CHECK(
        first_problem(parameters(kMaxParameters + 1)) == "1001 parameters; at most 1000 are allowed"
    );
}

TEST_CASE("the smaller limit of trials holds", "[vizier_study]") {
    const auto max_trials = [](const std::string& job, const std::string& stopping) {
        const auto study = parse_study_yaml(study_with(job) + stopping, kContext);
        REQUIRE(study);
        return study->config.limits.max_trials;
    };
    const std::string ten = "  studyStoppingConfig: {maxNumTrials: 10}\n";
    CHECK(max_trials("", "") == 1);
    CHECK(max_trials("", ten) == 10);
    CHECK(max_trials("maxTrialCount: 5\n", ten) == 5);
    CHECK(max_trials("maxTrialCount: 50\n", ten) == 10);
}

TEST_CASE("both dialects mean the same study", "[vizier_study]") {
    const auto legacy = parse_study_yaml(
        "trainingInput:\n  pythonModule: trainer.task\n  args: [--epochs=3]\n  env: {A: b}\n"
        "  maxFailedTrials: 2\n  timeout: 60s\n  hyperparameters:\n    goal: MINIMIZE\n"
        "    hyperparameterMetricTag: rmse\n    measurementSelection: best\n    maxTrials: 20\n"
        "    maxParallelTrials: 5\n    params:\n"
        "    - {parameterName: lr, type: DOUBLE, minValue: 0.001, maxValue: 1, scaleType: "
        "UNIT_REVERSE_LOG_SCALE}\n"
        "    - {parameterName: n, type: INTEGER, minValue: 8, maxValue: 512}\n"
        "    - {parameterName: d, type: DISCRETE, discreteValues: [1, 2.5]}\n"
        "    - {parameterName: c, type: CATEGORICAL, categoricalValues: [1, no]}\n",
        kContext
    );
    auto vizier = parse_study_yaml(
        "maxTrialCount: 20\nparallelTrialCount: 5\nmaxFailedTrialCount: 2\nstudySpec:\n"
        "  metrics: [{metricId: rmse, goal: MINIMIZE}]\n"
        "  measurementSelectionType: BEST_MEASUREMENT\n  parameters:\n"
        "  - {parameterId: lr, doubleValueSpec: {minValue: 0.001, maxValue: 1}, scaleType: "
        "UNIT_REVERSE_LOG_SCALE}\n"
        "  - {parameterId: n, integerValueSpec: {minValue: 8, maxValue: 512}}\n"
        "  - {parameterId: d, discreteValueSpec: {values: [1, 2.5]}}\n"
        "  - {parameterId: c, categoricalValueSpec: {values: [1, no]}}\n"
        "trialJobSpec:\n  scheduling: {timeout: 60s}\n  workerPoolSpecs:\n"
        "  - pythonPackageSpec: {pythonModule: trainer.task, args: [--epochs=3], env: [{name: A, "
        "value: b}]}\n",
        kContext
    );
    REQUIRE(legacy);
    REQUIRE(vizier);
    CHECK(vizier->config.trainer.is_vizier);  // its trainers get that service's variables, too
    vizier->config.trainer.is_vizier = false;
    CHECK(legacy->config == vizier->config);
}

TEST_CASE("a parent has values up to a limit, and a condition too", "[vizier_study]") {
    constexpr int kMost = kMaxParentValues;
    CHECK(parse_study_yaml(study_with_wide_parent(kMost, 1), kContext));
    CHECK(
        first_problem(study_with_wide_parent(kMost + 1, 1)) ==
        "p has 1001 values; a parameter with conditional ones may have at most 1000"
    );
}

TEST_CASE("conditions on very many values do not take for ever", "[vizier_study]") {
    const std::clock_t start = std::clock();
    CHECK(parse_study_yaml(study_with_wide_parent(1'000, 20), kContext));
    CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);  // CPU time: the machine may be busy
}

TEST_CASE("a damaged Vizier file is a problem and never an exception", "[vizier_study]") {
    const std::string sound =
        "displayName: d\nmaxTrialCount: 2\nstudySpec:\n  metrics: [{metricId: loss}]\n"
        "  parameters:\n  - parameterId: m\n    categoricalValueSpec: {values: [a, b]}\n"
        "    conditionalParameterSpecs:\n    - parentCategoricalValues: {values: [a]}\n"
        "      parameterSpec: {parameterId: n, discreteValueSpec: {values: [1, 2], defaultValue: "
        "1}}\n"
        "  studyStoppingConfig: {maxNumTrials: 3}\n"
        "trialJobSpec:\n  workerPoolSpecs:\n"
        "  - {machineSpec: {a: 1}, containerSpec: {command: [x], env: [{name: A, value: 1}]}}\n"
        "  - {}\n  scheduling: {timeout: 3s}\n";
    REQUIRE(parse_study_yaml(sound, kContext));
    static constexpr std::string_view kPieces =
        "[]{}:,-?&*!|>'\"%@`#\t\n \\~<=\x80\xff"
        "0aZ";
    for (std::uint64_t i = 0; i < 3000; ++i) {
        Rng rng(5, "damage", i);
        std::string text = sound;
        for (std::uint64_t edits = 1 + rng.below(3); edits > 0; --edits) {
            const std::size_t at = rng.below(text.size());
            if (rng.below(3) == 0) {
                text.erase(at, 1 + rng.below(12));
            } else if (rng.below(2) == 0) {
                text[at] = kPieces[rng.below(kPieces.size())];
            } else {
                text.insert(at, 1, kPieces[rng.below(kPieces.size())]);
            }
        }
        CAPTURE(text);
        const auto study = parse_study_yaml(text, kContext);
        if (!study) {
            CHECK_FALSE(study.error().empty());
            CHECK_FALSE(to_text(study.error(), text, kContext).empty());
        }
    }
}
