#include "trainer/predict.h"

#include "trainer/errors.h"
#include "trainer/exported_model.h"
#include "trainer/python_text.h"
#include "trainer/task.h"

#include <algorithm>
#include <fstream>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trainer {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Instance {
    std::string key;
    Example example;
};

// A word in JSON; is_male may also be a JSON boolean.
std::string word(const Json& object, const char* field) {
    const Json value = object.value(field, Json());
    if (value.is_boolean()) {
        return value.get<bool>() ? "True" : "False";
    }
    if (!value.is_string()) {
        throw Failure(fmt::format("\"{}\" is missing or not a string", field));
    }
    return value.get<std::string>();
}

float number(const Json& object, const char* field) {
    const Json value = object.value(field, Json());
    if (!value.is_number()) {
        throw Failure(fmt::format("\"{}\" is missing or not a number", field));
    }
    return value.get<float>();
}

std::string key_of(const Json& object) {
    const Json key = object.value("key", Json("nokey"));
    return key.is_string() ? key.get<std::string>() : key.dump();
}

Instance to_instance(const Json& object) {
    if (!object.is_object()) {
        throw Failure(
            "an instance is a JSON object such as {\"key\": \"b1\", \"is_male\": \"True\", …}"
        );
    }
    const auto sex = parse_sex(word(object, "is_male"));
    const auto plurality = parse_plurality(word(object, "plurality"));
    if (!sex || !plurality) {
        throw Failure(
            "\"is_male\" must be \"True\", \"False\" or \"Unknown\" and \"plurality\" a word such "
            "as \"Single(1)\""
        );
    }
    const Birth birth{
        .sex = *sex,
        .mother_age = number(object, "mother_age"),
        .plurality = *plurality,
        .gestation_weeks = number(object, "gestation_weeks"),
    };
    return Instance{key_of(object), Example{to_features(birth), 0}};
}

Instance parse_instance(std::string_view line, std::int64_t line_number) {
    try {
        return to_instance(Json::parse(line));
    } catch (const Json::parse_error&) {
        throw Failure(
            "Input instances are not in JSON format. See line " + std::to_string(line_number) + "."
        );
    } catch (const Failure& failure) {
        throw Failure(fmt::format("line {}: {}", line_number, failure.what()));
    }
}

std::vector<Instance> read_instances(std::istream& file) {
    std::vector<Instance> instances;
    std::string line;
    for (std::int64_t number = 1; std::getline(file, line); ++number) {
        std::string_view text = line;
        if (number == 1 && text.starts_with(kByteOrderMark)) {
            text.remove_prefix(kByteOrderMark.size());
        }
        if (text.find_first_not_of(" \t\r") == std::string_view::npos) {
            throw Failure("Empty line is not allowed in the instances file.");
        }
        instances.push_back(parse_instance(text, number));
    }
    if (instances.empty()) {
        throw Failure("No valid instance was found in input file.");
    }
    return instances;
}

float weight_of(WideAndDeep& model, const Instance& row) {
    float weight = 0;
    model.predict({&row.example, 1}, {&weight, 1});
    return weight;
}

void print_json(WideAndDeep& model, const std::vector<Instance>& rows, std::ostream& out) {
    for (const Instance& row : rows) {
        out << fmt::format(
            "{{\"key\": {}, \"predictions\": [{}]}}\n",
            python_json(std::string_view(row.key)),
            python_json(weight_of(model, row))
        );
    }
}

void print_table(WideAndDeep& model, const std::vector<Instance>& rows, std::ostream& out) {
    constexpr std::string_view kKeyTitle = "KEY";
    std::size_t width = kKeyTitle.size();
    for (const Instance& row : rows) {
        width = std::max(width, row.key.size());
    }
    out << fmt::format("{:<{}}  PREDICTIONS\n", kKeyTitle, width);
    for (const Instance& row : rows) {
        out << fmt::format("{:<{}}  [{}]\n", row.key, width, python_text(weight_of(model, row)));
    }
}

}  // namespace

void predict(WideAndDeep& model, std::istream& instances, std::ostream& out, bool as_json) {
    const std::vector<Instance> rows = read_instances(instances);
    if (as_json) {
        print_json(model, rows, out);
    } else {
        print_table(model, rows, out);
    }
}

void predict(const PredictTask& task, std::ostream& out) {
    WideAndDeep model = load_model(task.model_dir, 1);
    if (task.json_instances == "-") {
        predict(model, std::cin, out, task.as_json);
        return;
    }
    std::ifstream file(task.json_instances);
    if (!file) {
        throw Failure(fmt::format("--json-instances {}: cannot be opened", task.json_instances));
    }
    predict(model, file, out, task.as_json);
}

}  // namespace trainer
