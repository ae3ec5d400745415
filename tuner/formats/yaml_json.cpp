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
constexpr std::array kSpelledKeys{
    "categoricalValues"sv,
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

// yes, no, on and off stay texts: only readers of YAML 1.1 take them for booleans.
bool is_boolean(std::string_view text) {
    return to_boolean(text).has_value() && (text.size() == 4 || text.size() == 5);
}

Json from_scalar(const YamlNode& node, bool is_spelled) {
    if (is_spelled || node.is_quoted) {
        return node.text;
    }
    if (is_boolean(node.text)) {
        return *to_boolean(node.text);
    }
    if (const auto whole = to_unsigned_number(node.text)) {
        return *whole;
    }
    if (const auto whole = to_whole_number(node.text);
        whole && node.text.find_first_of(".eE") == std::string::npos) {
        return *whole;
    }
    if (const auto number = to_finite_number(node.text)) {
        return *number;
    }
    return node.text;
}

Json convert(const YamlNode& node, bool is_spelled) {
    switch (node.kind) {
        case YamlKind::null:
            return nullptr;
        case YamlKind::scalar:
            return from_scalar(node, is_spelled);
        case YamlKind::sequence: {
            Json list = Json::array();
            for (const YamlNode& item : node.items) {
                list.push_back(convert(item, is_spelled));
            }
            return list;
        }
        case YamlKind::mapping:
            break;
    }
    Json object = Json::object();
    for (const YamlMember& member : node.members) {
        const std::string key = to_camel_case(member.key);
        const bool spelled =
            std::find(kSpelledKeys.begin(), kSpelledKeys.end(), key) != kSpelledKeys.end();
        object.push_back({member.key, convert(member.value, is_spelled || spelled)});
    }
    return object;
}

}  // namespace

Json to_json(const YamlNode& node) {
    return convert(node, false);
}

}  // namespace tuner
