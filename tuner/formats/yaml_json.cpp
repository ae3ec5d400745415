#include "tuner/formats/yaml_json.h"

#include "tuner/formats/yaml_reader.h"
#include "tuner/formats/yaml_scalar.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;
using namespace std::string_view_literals;

// Below these keys a scalar is its spelling: 1.10 is not 1.1, and yes is not true.
constexpr std::array kTextKeys{
    "categoricalValues"sv,
    "categoricalValueSpec"sv,
    "parentCategoricalValues"sv,
    "runtimeVersion"sv,
    "pythonVersion"sv,
    "command"sv,
    "args"sv,
    "env"sv,
    "labels"sv,
    "startingPoints"sv,
    "jobId"sv,
    "resumePreviousJobId"sv,
    "name"sv,
};

// Below these keys a scalar is its value, however it is spelled: 1e-5, +2., True.
constexpr std::array kValueKeys{
    "minValue"sv,
    "maxValue"sv,
    "discreteValues"sv,
    "doubleValueSpec"sv,
    "integerValueSpec"sv,
    "discreteValueSpec"sv,
    "parentIntValues"sv,
    "parentDiscreteValues"sv,
    "enableTrialEarlyStopping"sv,
    "useElapsedDuration"sv,
    "updateAllStoppedTrials"sv,
};

enum class Meaning {
    text,
    value,
    unknown,  // a value when JSON spells it the same: nothing that reads it as a text is misled
};

// yes, no, on and off stay texts: only readers of YAML 1.1 take them for booleans.
bool is_boolean(std::string_view text) {
    return to_boolean(text).has_value() && (text.size() == 4 || text.size() == 5);
}

// A boolean or a number, or the text itself.
Json to_value(const std::string& text) {
    if (is_boolean(text)) {
        return *to_boolean(text);
    }
    if (const auto whole = to_unsigned_number(text)) {
        return *whole;
    }
    if (const auto whole = to_whole_number(text);
        whole && text.find_first_of(".eE") == std::string::npos) {
        return *whole;
    }
    if (const auto number = to_finite_number(text)) {
        return *number;
    }
    return text;
}

Json from_scalar(const YamlNode& node, Meaning meaning) {
    if (meaning == Meaning::text || node.is_quoted) {
        return node.text;
    }
    Json value = to_value(node.text);
    if (meaning == Meaning::unknown && !value.is_string() && value.dump() != node.text) {
        return node.text;
    }
    return value;
}

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& keys, std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

Meaning meaning_below(const std::string& key, Meaning outer) {
    if (outer == Meaning::text || contains(kTextKeys, key)) {
        return Meaning::text;
    }
    return contains(kValueKeys, key) ? Meaning::value : outer;
}

Json convert(const YamlNode& node, Meaning meaning) {
    switch (node.kind) {
        case YamlKind::null:
            return nullptr;
        case YamlKind::scalar:
            return from_scalar(node, meaning);
        case YamlKind::sequence: {
            Json list = Json::array();
            for (const YamlNode& item : node.items) {
                list.push_back(convert(item, meaning));
            }
            return list;
        }
        case YamlKind::mapping:
            break;
    }
    Json object = Json::object();
    for (const YamlMember& member : node.members) {
        const Meaning below = meaning_below(to_camel_case(member.key), meaning);
        object.push_back({member.key, convert(member.value, below)});
    }
    return object;
}

}  // namespace

Json to_json(const YamlNode& node) {
    return convert(node, Meaning::unknown);
}

}  // namespace tuner
