#include "tuner/formats/job_document.h"

#include "tuner/formats/yaml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;
using namespace std::string_view_literals;

// Below these keys names and values are the user's own.
constexpr std::array kOwnWords{"env"sv, "labels"sv, "startingPoints"sv};
// int64 in the API: texts.
constexpr std::array kLongCounts{
    "workerCount"sv, "parameterServerCount"sv, "evaluatorCount"sv, "count"sv};
// int32: numbers, which may come as texts.
constexpr std::array kCounts{"maxTrials"sv, "maxParallelTrials"sv, "maxFailedTrials"sv};
// double: numbers with a fraction.
constexpr std::array kReals{"minValue"sv, "maxValue"sv, "discreteValues"sv};

struct EnumField {
    std::string_view key;
    std::array<std::string_view, 7> names;  // by number
};

constexpr std::array kEnums{
    EnumField{"goal", {"GOAL_TYPE_UNSPECIFIED", "MAXIMIZE", "MINIMIZE"}},
    EnumField{
        "type", {"PARAMETER_TYPE_UNSPECIFIED", "DOUBLE", "INTEGER", "CATEGORICAL", "DISCRETE"}},
    EnumField{
        "scaleType", {"NONE", "UNIT_LINEAR_SCALE", "UNIT_LOG_SCALE", "UNIT_REVERSE_LOG_SCALE"}},
    EnumField{"scaleTier", {"BASIC", "STANDARD_1", "", "PREMIUM_1", "", "CUSTOM", "BASIC_GPU"}},
};

template <class List>
bool contains(const List& list, std::string_view key) {
    return std::find(list.begin(), list.end(), key) != list.end();
}

Json to_real(const Json& value) {
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json& item : value) {
            list.push_back(to_real(item));
        }
        return list;
    }
    if (value.is_number()) {
        return value.get<double>();
    }
    if (!value.is_string()) {
        return value;
    }
    const auto& text = value.get_ref<const std::string&>();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? Json(number) : value;
}

Json to_count(const Json& value) {
    const Json real = to_real(value);
    return real.is_number() ? Json(static_cast<std::int64_t>(real.get<double>())) : value;
}

Json to_enum_name(std::string_view key, const Json& value) {
    const auto field = std::find_if(kEnums.begin(), kEnums.end(), [&](const EnumField& known) {
        return known.key == key;
    });
    if (field == kEnums.end() || !value.is_number_unsigned()) {
        return value;
    }
    const auto number = value.get<std::uint64_t>();
    const bool known = number < field->names.size() && !field->names[number].empty();
    return known ? Json(field->names[number]) : value;
}

Json to_value(const std::string& key, const Json& value);

Json to_object(const Json& object) {
    Json spelled = Json::object();
    for (const auto& [name, value] : object.items()) {
        const std::string key = to_camel_case(name);
        if (!value.is_null()) {  // absent
            spelled[key] = contains(kOwnWords, key) ? value : to_value(key, value);
        }
    }
    return spelled;
}

Json to_value(const std::string& key, const Json& value) {
    if (value.is_object()) {
        return to_object(value);
    }
    if (contains(kLongCounts, key) && value.is_number()) {
        return to_count(value).dump();
    }
    if (contains(kCounts, key)) {
        return to_count(value);
    }
    if (contains(kReals, key)) {
        return to_real(value);
    }
    if (!value.is_array()) {
        return to_enum_name(key, value);
    }
    Json list = Json::array();
    for (const Json& item : value) {
        list.push_back(to_value("", item));
    }
    return list;
}

}  // namespace

Json to_job_document(const Json& document) {
    Json job = Json::object();
    if (!document.is_object()) {
        return job;
    }
    const Json spelled = to_object(document);
    for (const char* key : {"trainingInput", "labels"}) {
        if (spelled.contains(key)) {
            job[key] = spelled.at(key);
        }
    }
    return job;
}

}  // namespace tuner
