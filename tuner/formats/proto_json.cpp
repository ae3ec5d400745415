#include "tuner/formats/proto_json.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::proto_json {

namespace {

using nlohmann::json;

}  // namespace

Result<Fields> read_fields(
    const json& message, std::string_view what, std::initializer_list<std::string_view> known
) {
    if (!message.is_object()) {
        return invalid(fmt::format("{} must be an object", what));
    }
    Fields fields;
    for (const auto& [key, value] : message.items()) {
        const std::string name = to_camel_case(key);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return invalid(fmt::format(
                "unknown field '{}' in {}; there may be {}", key, what, fmt::join(known, ", ")
            ));
        }
        if (!fields.emplace(name, value).second) {
            return invalid(fmt::format("{} stands twice in {}", name, what));
        }
    }
    std::erase_if(fields, [](const auto& field) { return field.second.is_null(); });
    return fields;
}

Result<Fields> parse_fields(
    std::string_view body, std::string_view what, std::initializer_list<std::string_view> known
) {
    const auto message = parse_json(body.empty() ? "{}" : body);
    return message ? read_fields(*message, what, known) : tl::unexpected(message.error());
}

Result<std::string> text(const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    if (found == fields.end()) {
        return invalid(fmt::format("{} is missing", name));
    }
    if (!found->second.is_string() || found->second.get_ref<const std::string&>().empty()) {
        return invalid(fmt::format("{} must be a text that is not empty", name));
    }
    return found->second.get<std::string>();
}

std::optional<std::int64_t> to_integer(const json& value) {
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (value.is_number_float()) {
        const double number = value.get<double>();
        const bool fits = number == std::floor(number) && std::abs(number) <= kMaxInteger;
        return fits ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    const auto& digits = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_whole = error == std::errc{} && end == digits.data() + digits.size();
    return is_whole && !digits.empty() ? std::optional(number) : std::nullopt;
}

bool is_duration(const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && std::isfinite(seconds) && seconds >= 0 &&
           std::string_view(end, text.data() + text.size()) == "s";
}

}  // namespace tuner::proto_json
