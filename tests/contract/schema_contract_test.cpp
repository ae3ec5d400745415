// Each key and each enum is spelled in schemas/ as in formats/.

#include "tuner/formats/json_text.h"
#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/legacy_stopping_keys.h"
#include "tuner/formats/trial_stream.h"
#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/vizier_study_keys.h"
#include "tuner/study/limits.h"

#include <fstream>
#include <set>
#include <span>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace tuner;

namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

nlohmann::json schema() {
    const auto json = parse_json(read_file(TUNER_SCHEMAS_DIR "/hyperparam.schema.json"));
    REQUIRE(json);
    return *json;
}

// Every key is a property, and every property a key.
void check_keys(const nlohmann::json& object, std::span<const std::string_view> keys) {
    std::set<std::string> properties;
    for (const auto& [name, value] : object.at("properties").items()) {
        properties.insert(name);
    }
    CHECK(properties == std::set<std::string>(keys.begin(), keys.end()));
    CHECK(object.at("additionalProperties") == false);
}

// Every name and number of an enum is allowed, and nothing else but null.
template <class Choices>
void check_choices(const nlohmann::json& field, const Choices& choices) {
    std::set<std::string> allowed;
    for (const auto& value : field.at("enum")) {
        if (!value.is_null()) {
            allowed.insert(value.is_string() ? value.template get<std::string>() : value.dump());
        }
    }
    std::set<std::string> known;
    for (const auto& choice : choices) {
        known.insert(std::string(choice.name));
        if (choice.number >= 0) {
            known.insert(std::to_string(choice.number));
        }
    }
    CHECK(allowed == known);
}

}  // namespace

TEST_CASE("the schema of legacy study files has the keys that the parser knows", "[schema]") {
    const auto json = schema();
    const auto& defs = json.at("$defs");
    const auto& input = defs.at("trainingInput");
    check_keys(defs.at("job"), legacy::kDocumentKeys);
    check_keys(input, legacy::kTrainingInputKeys);
    check_keys(input.at("properties").at("scheduling"), legacy::kSchedulingKeys);
    check_keys(defs.at("hyperparameters"), legacy::kHyperparameterKeys);
    check_keys(defs.at("parameter"), legacy::kParameterKeys);
    const auto& fields = defs.at("hyperparameters").at("properties");
    check_keys(fields.at("stopping"), legacy::kStoppingKeys);
}

TEST_CASE("the schema of Vizier study files has the keys that the parser knows", "[schema]") {
    const auto defs = schema().at("$defs");
    check_keys(defs.at("tuningJob"), vizier::kDocumentKeys);
    check_keys(defs.at("metric"), vizier::kMetricKeys);
    check_keys(defs.at("trialJobSpec"), vizier::kTrialJobSpecKeys);
    check_keys(defs.at("workerPool"), vizier::kWorkerPoolKeys);
    check_keys(defs.at("containerSpec"), vizier::kContainerKeys);
    check_keys(defs.at("pythonPackageSpec"), vizier::kPackageKeys);
    check_keys(defs.at("variables").at("items"), vizier::kEnvKeys);
    check_keys(defs.at("elapsedStopping"), vizier::kElapsedKeys);
    const auto& job = defs.at("trialJobSpec").at("properties");
    check_keys(job.at("scheduling"), vizier::kSchedulingKeys);
    check_keys(job.at("baseOutputDirectory"), vizier::kOutputKeys);

    const auto& study = defs.at("studySpec");
    check_keys(study, vizier::kStudySpecKeys);
    const auto& rules = study.at("properties");
    check_keys(rules.at("convexAutomatedStoppingSpec"), vizier::kConvexKeys);
    check_keys(rules.at("studyStoppingConfig"), vizier::kStudyStoppingKeys);

    const auto& parameter = defs.at("parameterSpec");
    check_keys(parameter, vizier::kParameterKeys);
    const auto& kinds = parameter.at("properties");
    check_keys(kinds.at("doubleValueSpec"), vizier::kRangeKeys);
    check_keys(kinds.at("integerValueSpec"), vizier::kRangeKeys);
    check_keys(kinds.at("discreteValueSpec"), vizier::kListKeys);
    check_keys(kinds.at("categoricalValueSpec"), vizier::kListKeys);

    const auto& child = defs.at("conditionalParameterSpec");
    check_keys(child, vizier::kChildKeys);
    for (const char* key : {"parentIntValues", "parentDiscreteValues", "parentCategoricalValues"}) {
        check_keys(child.at("properties").at(key), vizier::kParentValuesKeys);
    }
}

TEST_CASE("the schema of Vizier study files has the names that the parser knows", "[schema]") {
    const auto defs = schema().at("$defs");
    const auto& fields = defs.at("studySpec").at("properties");
    check_choices(defs.at("metric").at("properties").at("goal"), vizier::kGoals);
    check_choices(fields.at("algorithm"), vizier::kAlgorithms);
    check_choices(fields.at("measurementSelectionType"), vizier::kSelections);
    check_choices(fields.at("observationNoise"), vizier::kNoises);
    check_choices(defs.at("parameterSpec").at("properties").at("scaleType"), vizier::kScales);
}

TEST_CASE("the schema of legacy study files has the names that the parser knows", "[schema]") {
    const auto defs = schema().at("$defs");
    const auto& fields = defs.at("hyperparameters").at("properties");
    check_choices(fields.at("goal"), legacy::kGoals);
    check_choices(fields.at("algorithm"), legacy::kAlgorithms);
    check_choices(fields.at("measurementSelection"), legacy::kSelections);
    const auto& stopping = fields.at("stopping").at("properties");
    check_choices(stopping.at("type"), legacy::kStoppingKinds);
    check_choices(stopping.at("unit"), legacy::kStoppingUnits);
    const auto& parameter = defs.at("parameter").at("properties");
    check_choices(parameter.at("type"), legacy::kParameterTypes);
    check_choices(parameter.at("scaleType"), legacy::kScales);
}

TEST_CASE("the schema of study files has the limits of the domain", "[schema]") {
    const auto defs = schema().at("$defs");
    const auto& fields = defs.at("hyperparameters").at("properties");
    const auto& parameter = defs.at("parameter").at("properties");
    CHECK(fields.at("params").at("maxItems") == kMaxParameters);
    CHECK(defs.at("parallelCount").at("anyOf").at(1).at("maximum") == kMaxParallelTrials);
    CHECK(defs.at("trialCount").at("anyOf").at(1).at("maximum") == kMaxTrials);
    CHECK(defs.at("wholeNumber").at("anyOf").at(0).at("maximum") == kMaxInteger);
    CHECK(defs.at("text").at("maxLength") == kMaxTextBytes);
    CHECK(defs.at("studyName").at("maxLength") == kMaxStudyNameBytes);
    CHECK(parameter.at("parameterName").at("maxLength") == kMaxParameterNameBytes);
    CHECK(parameter.at("categoricalValues").at("maxItems") == kMaxCategories);
    CHECK(parameter.at("discreteValues").at("maxItems") == kMaxDiscreteValues);

    const auto& spec = defs.at("parameterSpec").at("properties");
    const auto values = [&](const char* kind) -> const nlohmann::json& {
        return spec.at(kind).at("properties").at("values");
    };
    CHECK(defs.at("studySpec").at("properties").at("parameters").at("maxItems") == kMaxParameters);
    CHECK(defs.at("stepCount").at("anyOf").at(1).at("maximum") == kMaxInteger);
    CHECK(
        defs.at("tuningJob").at("properties").at("displayName").at("maxLength") ==
        kMaxStudyNameBytes
    );
    CHECK(spec.at("parameterId").at("maxLength") == kMaxParameterNameBytes);
    const auto& child = defs.at("conditionalParameterSpec").at("properties");
    for (const char* key : {"parentIntValues", "parentDiscreteValues", "parentCategoricalValues"}) {
        CHECK(child.at(key).at("properties").at("values").at("maxItems") == kMaxParentValues);
    }
    CHECK(values("categoricalValueSpec").at("maxItems") == kMaxCategories);
    CHECK(values("discreteValueSpec").at("maxItems") == kMaxDiscreteValues);
}

TEST_CASE("every key and name is explained in the manual", "[schema]") {
    const std::string manual = read_file(TUNER_DOCS_DIR "/hyperparam.md");
    const auto check = [&](std::string_view word) {
        CAPTURE(word);
        CHECK(manual.find(fmt::format("`{}`", word)) != std::string::npos);
    };
    using Keys = std::span<const std::string_view>;
    const Keys all[] = {
        legacy::kDocumentKeys,       legacy::kTrainingInputKeys, legacy::kSchedulingKeys,
        legacy::kHyperparameterKeys, legacy::kParameterKeys,     legacy::kStoppingKeys,
        vizier::kDocumentKeys,       vizier::kStudySpecKeys,     vizier::kMetricKeys,
        vizier::kParameterKeys,      vizier::kRangeKeys,         vizier::kListKeys,
        vizier::kChildKeys,          vizier::kElapsedKeys,       vizier::kConvexKeys,
        vizier::kStudyStoppingKeys,  vizier::kTrialJobSpecKeys,  vizier::kSchedulingKeys,
        vizier::kOutputKeys,         vizier::kWorkerPoolKeys,    vizier::kContainerKeys,
        vizier::kPackageKeys,        vizier::kEnvKeys,
    };
    for (const Keys keys : all) {
        for (const std::string_view key : keys) {
            check(key);
        }
    }
    const auto check_names = [&](const auto& choices) {
        for (const auto& choice : choices) {
            check(choice.name);
        }
    };
    check_names(legacy::kAlgorithms);
    check_names(legacy::kScales);
    check_names(vizier::kAlgorithms);
    check_names(vizier::kScales);
    check_names(vizier::kSelections);
    check_names(vizier::kNoises);
}

TEST_CASE("lines that the measurement schema takes are measurements", "[schema]") {
    std::istringstream good(read_file(TUNER_CASES_DIR "/measurement/good.jsonl"));
    for (std::string line; std::getline(good, line);) {
        CAPTURE(line);
        CHECK(parse_metric_line(line));
    }
    std::istringstream bad(read_file(TUNER_CASES_DIR "/measurement/bad.jsonl"));
    for (std::string line; std::getline(bad, line);) {
        CAPTURE(line);
        CHECK_FALSE(parse_metric_line(line));
    }
}
