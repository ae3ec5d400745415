#include "tuner/formats/stored_values.h"

#include "tuner/formats/utf8.h"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::stored {

Json from_text(const std::string& text) {
    if (find_invalid_utf8(text) == std::string_view::npos) {
        return text;
    }
    std::string hex;
    for (const char c : text) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return Json{{"hex", hex}};
}

std::string to_text(const Json& json) {
    if (json.is_string()) {
        return json.get<std::string>();
    }
    const auto hex = json.at("hex").get<std::string>();
    std::string text;
    for (std::size_t i = 0; i + 2 <= hex.size(); i += 2) {
        unsigned byte = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        text += static_cast<char>(byte);
    }
    return text;
}

std::int64_t to_integer(const Json& json) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!json.is_number_integer() ||
        (json.is_number_unsigned() && json.get<std::uint64_t>() > kMost)) {
        throw Damaged("a whole number is missing");
    }
    return json.get<std::int64_t>();
}

std::uint64_t to_unsigned(const Json& json) {
    if (!json.is_number_unsigned()) {
        throw Damaged("a whole number that is not negative is missing");
    }
    return json.get<std::uint64_t>();
}

Json from_real(double value) {
    if (std::isfinite(value)) {
        return value;
    }
    return Json{{"real", std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"}};
}

double to_real(const Json& json) {
    if (json.is_number()) {
        return json.get<double>();
    }
    const auto name = json.at("real").get<std::string>();
    const double infinity = std::numeric_limits<double>::infinity();
    return name == "NaN" ? std::nan("") : name == "Infinity" ? infinity : -infinity;
}

Json from_value(const ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value)) {
        return from_real(*real);
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return *integer;
    }
    return from_text(std::get<std::string>(value));
}

ParameterValue to_value(const Json& json) {
    if (json.is_number_integer()) {
        return to_integer(json);
    }
    if (json.is_number() || json.contains("real")) {
        return to_real(json);
    }
    return to_text(json);
}

Json from_texts(const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const std::string& text : texts) {
        list.push_back(from_text(text));
    }
    return list;
}

std::vector<std::string> to_texts(const Json& list) {
    std::vector<std::string> texts;
    for (const Json& item : list) {
        texts.push_back(to_text(item));
    }
    return texts;
}

Json from_values(const std::vector<ParameterValue>& values) {
    Json list = Json::array();
    for (const ParameterValue& value : values) {
        list.push_back(from_value(value));
    }
    return list;
}

std::vector<ParameterValue> to_values(const Json& list) {
    std::vector<ParameterValue> values;
    for (const Json& item : list) {
        values.push_back(to_value(item));
    }
    return values;
}

Json from_assignment(const Assignment& assignment) {
    Json json = Json::object();
    for (const auto& [name, value] : assignment.entries()) {
        json[name] = from_value(value);
    }
    return json;
}

Assignment to_assignment(const Json& json) {
    std::vector<Assignment::Entry> entries;
    for (const auto& [name, value] : json.items()) {
        entries.emplace_back(name, to_value(value));
    }
    return Assignment(std::move(entries));
}

namespace {

Json from_domain(const Domain& domain) {
    if (const auto* real = std::get_if<RealRange>(&domain)) {
        return {
            {"kind", "real"},
            {"min", real->min},
            {"max", real->max},
            {"scale", name_of(real->scale)},
        };
    }
    if (const auto* integer = std::get_if<IntegerRange>(&domain)) {
        return {
            {"kind", "integer"},
            {"min", integer->min},
            {"max", integer->max},
            {"scale", name_of(integer->scale)},
        };
    }
    if (const auto* list = std::get_if<DiscreteValues>(&domain)) {
        return {{"kind", "discrete"}, {"values", list->values}, {"scale", name_of(list->scale)}};
    }
    return {{"kind", "categorical"}, {"values", from_texts(std::get<Categories>(domain).values)}};
}

Domain to_domain(const Json& json) {
    const auto kind = json.at("kind").get<std::string>();
    if (kind == "categorical") {
        return Categories{to_texts(json.at("values"))};
    }
    const auto scale = to_enum<Scale>(json.at("scale"));
    if (kind == "real") {
        return RealRange{json.at("min").get<double>(), json.at("max").get<double>(), scale};
    }
    if (kind == "integer") {
        return IntegerRange{to_integer(json.at("min")), to_integer(json.at("max")), scale};
    }
    if (kind == "discrete") {
        return DiscreteValues{json.at("values").get<std::vector<double>>(), scale};
    }
    throw Damaged(fmt::format("there is no domain of kind \"{}\"", kind));
}

Json from_parameter(const Parameter& parameter) {
    Json json{{"name", parameter.name()}, {"domain", from_domain(parameter.domain())}};
    if (parameter.default_value()) {
        json["default"] = from_value(*parameter.default_value());
    }
    if (const auto& condition = parameter.condition()) {
        json["condition"] = {
            {"parent", condition->parent}, {"values", from_values(condition->values)}};
    }
    return json;
}

Parameter to_parameter(const Json& json) {
    std::optional<ParameterValue> default_value;
    if (json.contains("default")) {
        default_value = to_value(json.at("default"));
    }
    std::optional<Condition> condition;
    if (json.contains("condition")) {
        const Json& when = json.at("condition");
        condition = Condition{when.at("parent").get<std::string>(), to_values(when.at("values"))};
    }
    return sound(Parameter::create(
        json.at("name").get<std::string>(),
        to_domain(json.at("domain")),
        std::move(default_value),
        std::move(condition)
    ));
}

}  // namespace

Json from_space(const SearchSpace& space) {
    Json list = Json::array();
    for (const Parameter& parameter : space.parameters()) {
        list.push_back(from_parameter(parameter));
    }
    return list;
}

SearchSpace to_space(const Json& list) {
    std::vector<Parameter> parameters;
    for (const Json& item : list) {
        parameters.push_back(to_parameter(item));
    }
    return parameters.empty() ? SearchSpace() : sound(SearchSpace::create(std::move(parameters)));
}

}  // namespace tuner::stored
