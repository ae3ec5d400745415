#include "tuner/cli/instances.h"

#include "tuner/formats/json_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr JsonLimits kInstanceLimits{kMaxInstanceBytes, kMaxJsonDepth, 4'000'000};
constexpr JsonLimits kRequestLimits{kMaxInstancesBytes, kMaxJsonDepth, 4'000'000};

Result<std::string> parse_line(std::string_view line, std::size_t number, InstanceKind kind) {
    if (line.empty()) {
        return invalid("Empty line is not allowed in the instances file.");
    }
    if (kind == InstanceKind::text) {
        return to_line(Json(std::string(line)));
    }
    const auto value = parse_ordered_json(line, kInstanceLimits);
    if (!value) {
        return invalid(fmt::format(
            "Input instances are not in JSON format. Line {}: {}", number, value.error().message
        ));
    }
    return to_line(*value);
}

Result<std::vector<std::string>> parse_lines(std::string_view text, InstanceKind kind) {
    std::vector<std::string> instances;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        while (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        Result<std::string> instance = parse_line(line, instances.size() + 1, kind);
        if (!instance) {
            return tl::unexpected(instance.error());
        }
        instances.push_back(std::move(*instance));
    }
    return instances;
}

Result<std::vector<std::string>> parse_request(std::string_view text) {
    const auto request = parse_ordered_json(text, kRequestLimits);
    if (!request) {
        return invalid("Input instances are not in JSON format. " + request.error().message);
    }
    if (!request->is_object() || !request->contains("instances") ||
        !request->at("instances").is_array()) {
        return invalid("The request must be a JSON object like {\"instances\": [...]}.");
    }
    std::vector<std::string> instances;
    for (const Json& instance : request->at("instances")) {
        instances.push_back(to_line(instance));
    }
    return instances;
}

}  // namespace

Result<std::vector<std::string>> parse_instances(std::string_view text, InstanceKind kind) {
    if (text.size() > kMaxInstancesBytes) {
        return invalid(fmt::format("The input is longer than {} bytes.", kMaxInstancesBytes));
    }
    if (text.starts_with(kByteOrderMark)) {
        text.remove_prefix(kByteOrderMark.size());
    }
    auto instances = kind == InstanceKind::request ? parse_request(text) : parse_lines(text, kind);
    if (instances && instances->empty()) {
        return invalid("No valid instance was found in input file.");
    }
    return instances;
}

}  // namespace tuner
