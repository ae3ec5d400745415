#include "tuner/formats/vizier_request.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/proto_json.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/trial_stream.h"
#include "tuner/formats/utf8.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using nlohmann::json;
using namespace proto_json;

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
        return invalid(fmt::format("metricId has at most {} bytes", kMaxMetricNameBytes));
    }
    if (!fields->contains("value")) {
        return Metric{*name, 0};  // what has its default value is left out
    }
    const auto value = from_json_number(fields->at("value"));
    return value ? Result<Metric>(Metric{*name, *value})
                 : invalid(fmt::format("value of metric {} must be a number", *name));
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
            return invalid(fmt::format("stepCount must be a whole number from 0 to {}", kMaxInteger)
            );
        }
    }
    if (fields->contains("elapsedDuration") && !is_duration(fields->at("elapsedDuration"))) {
        return invalid("elapsedDuration must be seconds like \"3.5s\"");
    }
    const json metrics = fields->contains("metrics") ? fields->at("metrics") : json::array();
    if (!metrics.is_array() || metrics.empty() || metrics.size() > kMaxMetricsPerLine) {
        return invalid(
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

// What says that there can be no result, with infeasibleReason.
PostedReport infeasible(const Fields& fields) {
    PostedReport report;
    report.metrics.push_back({std::string(kInfeasibleMetric), 1});
    const auto reason = text(fields, "infeasibleReason");
    report.reason = reason ? cut_utf8(*reason, kMaxTextBytes) : "";
    return report;
}

// [{"parameterId": "x", "value": 1.5}] as {"x": 1.5}.
Result<json> read_parameters(const json& list) {
    json object = json::object();
    if (!list.is_array()) {
        return invalid("parameters must be a list");
    }
    for (const json& one : list) {
        const auto fields = read_fields(one, "a parameter", {"parameterId", "value"});
        const auto name = fields ? text(*fields, "parameterId") : tl::unexpected(fields.error());
        if (!name) {
            return tl::unexpected(name.error());
        }
        if (!fields->contains("value")) {
            return invalid(fmt::format("parameter {} has no value", *name));
        }
        if (!object.emplace(*name, fields->at("value")).second) {
            return invalid(fmt::format("parameter {} stands twice", *name));
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
        return invalid("studySpec is missing");
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
        return invalid(fmt::format("suggestionCount must be from 1 to {}", kMaxSuggestions));
    }
    const auto client = text(*fields, "clientId");
    if (!client) {
        return tl::unexpected(client.error());
    }
    if (client->size() > kMaxClientIdBytes) {
        return invalid(fmt::format("clientId has at most {} bytes", kMaxClientIdBytes));
    }
    if (fields->contains("contexts") && !fields->at("contexts").empty()) {
        return invalid("contexts are not supported: leave them out");
    }
    return AskRequest{*count, *client};
}

Result<BroughtTrial> parse_trial(std::string_view body, const SearchSpace& space) {
    const auto fields = parse_fields(
        body,
        "trial",
        {"parameters",
         "finalMeasurement",
         "state",
         "infeasibleReason",
         // What the service fills in itself may come back, and is not looked at.
         "name",
         "id",
         "clientId",
         "measurements",
         "startTime",
         "endTime"}
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
    const json state = fields->contains("state") ? fields->at("state") : json();
    if (state == "INFEASIBLE" || state == 5) {
        brought.result = infeasible(*fields);
    } else if ((state == "SUCCEEDED" || state == 4) && !brought.result) {
        return invalid("a trial that SUCCEEDED has a finalMeasurement");
    }
    return brought;
}

Result<PostedReport> parse_measurement(std::string_view body) {
    const auto fields = parse_fields(body, "the request", {"measurement"});
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    if (!fields->contains("measurement")) {
        return invalid("measurement is missing");
    }
    const json& measurement = fields->at("measurement");
    auto report = read_measurement(measurement, "measurement");
    const bool has_time =
        measurement.contains("elapsedDuration") || measurement.contains("elapsed_duration");
    if (report && !report->step && !has_time) {
        return invalid("measurement needs a stepCount or an elapsedDuration");
    }
    return report;
}

Result<PostedReport> parse_completion(std::string_view body) {
    const auto fields = parse_fields(
        body, "the request", {"finalMeasurement", "trialInfeasible", "infeasibleReason"}
    );
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    const json is_infeasible =
        fields->contains("trialInfeasible") ? fields->at("trialInfeasible") : json(false);
    if (!is_infeasible.is_boolean()) {
        return invalid("trialInfeasible must be true or false");
    }
    if (is_infeasible.get<bool>()) {
        return infeasible(*fields);
    }
    return fields->contains("finalMeasurement")
               ? read_measurement(fields->at("finalMeasurement"), "finalMeasurement")
               : PostedReport();
}

Result<void> parse_nothing(std::string_view body) {
    return parse_fields(body, "the request", {}).map([](const Fields&) {});
}

}  // namespace tuner::vizier
