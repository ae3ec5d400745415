#include "tuner/formats/vizier_request.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/trial_stream.h"
#include "tuner/formats/utf8.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/limits.h"

#include <charconv>
#include <initializer_list>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using nlohmann::json;
using Fields = std::map<std::string, json>;  // by name in lowerCamelCase

tl::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message));
}

// The fields of a message; `what` is its place for people, "study" or "finalMeasurement".
Result<Fields> read_fields(
    const json& message, std::string_view what, std::initializer_list<std::string_view> known
) {
    if (!message.is_object()) {
        return wrong(fmt::format("{} must be an object", what));
    }
    Fields fields;
    for (const auto& [key, value] : message.items()) {
        const std::string name = to_camel_case(key);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return wrong(fmt::format(
                "unknown field '{}' in {}; there may be {}", key, what, fmt::join(known, ", ")
            ));
        }
        if (!fields.emplace(name, value).second) {
            return wrong(fmt::format("{} stands twice in {}", name, what));
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

// A text that must be there.
Result<std::string> text(const Fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    if (found == fields.end()) {
        return wrong(fmt::format("{} is missing", name));
    }
    if (!found->second.is_string() || found->second.get_ref<const std::string&>().empty()) {
        return wrong(fmt::format("{} must be a text that is not empty", name));
    }
    return found->second.get<std::string>();
}

std::optional<std::int64_t> to_integer(const json& value) {
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
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

std::optional<double> to_double(const json& value) {
    if (value.is_number()) {
        return value.get<double>();
    }
    const std::string word = value.is_string() ? value.get<std::string>() : "";
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return word == "NaN"         ? std::optional(std::numeric_limits<double>::quiet_NaN())
           : word == "Infinity"  ? std::optional(kInfinity)
           : word == "-Infinity" ? std::optional(-kInfinity)
                                 : std::nullopt;
}

Result<Metric> read_metric(const json& message) {
    const auto fields = read_fields(message, "a metric", {"metricId", "value"});
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    const auto name = text(*fields, "metricId");
    if (!name) {
        return tl::unexpected(name.error());
    }
    if (name->size() > kMaxMetricNameBytes) {
        return wrong(fmt::format("metricId has at most {} bytes", kMaxMetricNameBytes));
    }
    if (!fields->contains("value")) {
        return Metric{*name, 0};  // what has its default value is left out
    }
    const auto value = to_double(fields->at("value"));
    return value ? Result<Metric>(Metric{*name, *value})
                 : wrong(fmt::format("value of metric {} must be a number", *name));
}

Result<PostedReport> read_measurement(const json& message, std::string_view what) {
    const auto fields = read_fields(message, what, {"stepCount", "elapsedDuration", "metrics"});
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    PostedReport report;
    if (fields->contains("stepCount")) {
        report.step = to_integer(fields->at("stepCount"));
        if (!report.step || *report.step < 0 || *report.step > kMaxInteger) {
            return wrong(fmt::format("stepCount must be a whole number from 0 to {}", kMaxInteger));
        }
    }
    const json metrics = fields->contains("metrics") ? fields->at("metrics") : json::array();
    if (!metrics.is_array() || metrics.empty() || metrics.size() > kMaxMetricsPerLine) {
        return wrong(
            fmt::format("metrics of {} must be a list of 1 to {}", what, kMaxMetricsPerLine)
        );
    }
    for (const json& one : metrics) {
        auto metric = read_metric(one);
        if (!metric) {
            return tl::unexpected(metric.error());
        }
        report.metrics.push_back(std::move(*metric));
    }
    return report;
}

// [{"parameterId": "x", "value": 1.5}] as {"x": 1.5}.
Result<json> read_parameters(const json& list) {
    json object = json::object();
    if (!list.is_array()) {
        return wrong("parameters must be a list");
    }
    for (const json& one : list) {
        const auto fields = read_fields(one, "a parameter", {"parameterId", "value"});
        const auto name = fields ? text(*fields, "parameterId") : tl::unexpected(fields.error());
        if (!name) {
            return tl::unexpected(name.error());
        }
        if (!fields->contains("value")) {
            return wrong(fmt::format("parameter {} has no value", *name));
        }
        if (!object.emplace(*name, fields->at("value")).second) {
            return wrong(fmt::format("parameter {} stands twice", *name));
        }
    }
    return object;
}

}  // namespace

Result<WantedStudy> parse_study(std::string_view body) {
    // What the service fills in itself may come back from a client, and is not looked at.
    const auto fields = parse_fields(
        body, "study", {"displayName", "studySpec", "name", "state", "createTime", "inactiveReason"}
    );
    const auto title = fields ? text(*fields, "displayName") : tl::unexpected(fields.error());
    if (!title) {
        return tl::unexpected(title.error());
    }
    if (!fields->contains("studySpec")) {
        return wrong("studySpec is missing");
    }
    // In the order of the body, which is that of the parameters.
    const auto whole = parse_ordered_json(body);
    const bool is_snake = !whole->contains("studySpec");
    const nlohmann::ordered_json document{
        {"displayName", *title}, {"studySpec", whole->at(is_snake ? "study_spec" : "studySpec")}};
    return WantedStudy{document.dump(), *title};
}

Result<std::string> parse_lookup(std::string_view body) {
    const auto fields = parse_fields(body, "the request", {"displayName"});
    return fields ? text(*fields, "displayName") : tl::unexpected(fields.error());
}

Result<AskRequest> parse_suggest(std::string_view body) {
    const auto fields =
        parse_fields(body, "the request", {"suggestionCount", "clientId", "contexts"});
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    const auto count = fields->contains("suggestionCount")
                           ? to_integer(fields->at("suggestionCount"))
                           : std::optional<std::int64_t>(0);
    if (!count || *count < 1 || *count > kMaxSuggestions) {
        return wrong(fmt::format("suggestionCount must be from 1 to {}", kMaxSuggestions));
    }
    const auto client = text(*fields, "clientId");
    if (!client) {
        return tl::unexpected(client.error());
    }
    if (client->size() > kMaxClientIdBytes) {
        return wrong(fmt::format("clientId has at most {} bytes", kMaxClientIdBytes));
    }
    if (fields->contains("contexts") && !fields->at("contexts").empty()) {
        return wrong("contexts are not supported: leave them out");
    }
    return AskRequest{*count, *client};
}

Result<BroughtTrial> parse_trial(std::string_view body, const SearchSpace& space) {
    const auto fields = parse_fields(
        body, "trial", {"parameters", "finalMeasurement", "name", "id", "state", "clientId"}
    );
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    const auto parameters =
        read_parameters(fields->contains("parameters") ? fields->at("parameters") : json());
    auto assignment = parameters ? parse_assignment(*parameters, space)
                                 : Result<Assignment>(tl::unexpected(parameters.error()));
    if (!assignment) {
        return tl::unexpected(assignment.error());
    }
    BroughtTrial brought{std::move(*assignment), std::nullopt};
    if (fields->contains("finalMeasurement")) {
        auto result = read_measurement(fields->at("finalMeasurement"), "finalMeasurement");
        if (!result) {
            return tl::unexpected(result.error());
        }
        brought.result = std::move(*result);
    }
    return brought;
}

Result<PostedReport> parse_measurement(std::string_view body) {
    const auto fields = parse_fields(body, "the request", {"measurement"});
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    return fields->contains("measurement")
               ? read_measurement(fields->at("measurement"), "measurement")
               : wrong("measurement is missing");
}

Result<PostedReport> parse_completion(std::string_view body) {
    const auto fields = parse_fields(
        body, "the request", {"finalMeasurement", "trialInfeasible", "infeasibleReason"}
    );
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    PostedReport report;
    const json infeasible =
        fields->contains("trialInfeasible") ? fields->at("trialInfeasible") : json(false);
    if (!infeasible.is_boolean()) {
        return wrong("trialInfeasible must be true or false");
    }
    if (infeasible.get<bool>()) {
        report.metrics.push_back({std::string(kInfeasibleMetric), 1});
        if (fields->contains("infeasibleReason")) {
            const auto reason = text(*fields, "infeasibleReason");
            report.reason = reason ? cut_utf8(*reason, kMaxTextBytes) : "";
        }
        return report;
    }
    return fields->contains("finalMeasurement")
               ? read_measurement(fields->at("finalMeasurement"), "finalMeasurement")
               : report;
}

Result<void> parse_nothing(std::string_view body) {
    return parse_fields(body, "the request", {}).map([](const Fields&) {});
}

}  // namespace tuner::vizier
