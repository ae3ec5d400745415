// Each key and each enum is spelled in schemas/ as in formats/.

#include "tuner/formats/json_text.h"
#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/trial_stream.h"
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

TEST_CASE("the schema of study files has the keys that the parser knows", "[schema]") {
    const auto json = schema();
    const auto& defs = json.at("$defs");
    const auto& input = defs.at("trainingInput");
    check_keys(json, legacy::kDocumentKeys);
    check_keys(input, legacy::kTrainingInputKeys);
    check_keys(input.at("properties").at("scheduling"), legacy::kSchedulingKeys);
    check_keys(defs.at("hyperparameters"), legacy::kHyperparameterKeys);
    check_keys(defs.at("parameter"), legacy::kParameterKeys);
}

TEST_CASE("the schema of study files has the names that the parser knows", "[schema]") {
    const auto defs = schema().at("$defs");
    const auto& fields = defs.at("hyperparameters").at("properties");
    check_choices(fields.at("goal"), legacy::kGoals);
    check_choices(fields.at("algorithm"), legacy::kAlgorithms);
    check_choices(fields.at("measurementSelection"), legacy::kSelections);
    const auto& parameter = defs.at("parameter").at("properties");
    check_choices(parameter.at("type"), legacy::kParameterTypes);
    check_choices(parameter.at("scaleType"), legacy::kScales);
}

TEST_CASE("the schema of study files has the limits of the domain", "[schema]") {
    const auto defs = schema().at("$defs");
    const auto& fields = defs.at("hyperparameters").at("properties");
    const auto& parameter = defs.at("parameter").at("properties");
    CHECK(fields.at("params").at("maxItems") == kMaxParameters);
    CHECK(fields.at("maxParallelTrials").at("anyOf").at(1).at("maximum") == kMaxParallelTrials);
    CHECK(defs.at("trialCount").at("anyOf").at(1).at("maximum") == kMaxTrials);
    CHECK(defs.at("wholeNumber").at("anyOf").at(0).at("maximum") == kMaxInteger);
    CHECK(defs.at("text").at("maxLength") == kMaxTextBytes);
    CHECK(defs.at("studyName").at("maxLength") == kMaxStudyNameBytes);
    CHECK(parameter.at("parameterName").at("maxLength") == kMaxParameterNameBytes);
    CHECK(parameter.at("categoricalValues").at("maxItems") == kMaxCategories);
    CHECK(parameter.at("discreteValues").at("maxItems") == kMaxDiscreteValues);
}

TEST_CASE("every key and name is explained in the manual", "[schema]") {
    const std::string manual = read_file(TUNER_DOCS_DIR "/hyperparam.md");
    const auto check = [&](std::string_view word) {
        CAPTURE(word);
        CHECK(manual.find(fmt::format("`{}`", word)) != std::string::npos);
    };
    for (const auto keys :
         {std::span<const std::string_view>(legacy::kDocumentKeys),
          std::span<const std::string_view>(legacy::kTrainingInputKeys),
          std::span<const std::string_view>(legacy::kSchedulingKeys),
          std::span<const std::string_view>(legacy::kHyperparameterKeys),
          std::span<const std::string_view>(legacy::kParameterKeys)}) {
        for (const std::string_view key : keys) {
            check(key);
        }
    }
    for (const auto& choice : legacy::kAlgorithms) {
        check(choice.name);
    }
    for (const auto& choice : legacy::kScales) {
        check(choice.name);
    }
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
