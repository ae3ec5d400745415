#include "tuner/formats/vizier_resource.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/utf8.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kTypes = "type.googleapis.com/google.cloud.aiplatform.v1.";

// The member of a document in either spelling; null when there is none.
Json member(const Json& document, const char* camel, const char* snake) {
    if (!document.is_object()) {
        return nullptr;
    }
    return document.contains(camel)   ? document.at(camel)
           : document.contains(snake) ? document.at(snake)
                                      : Json(nullptr);
}

std::string display_name(const Study& study, const Json& document) {
    const Json given = member(document, "displayName", "display_name");
    return given.is_string() ? given.get<std::string>() : to_valid_utf8(study.config.name);
}

std::string_view state_of(const Study& study) {
    return study.state == StudyState::running    ? "ACTIVE"
           : study.state == StudyState::finished ? "COMPLETED"
                                                 : "INACTIVE";
}

std::string inactive_reason(const Study& study) {
    if (study.state == StudyState::cancelled) {
        return "it was cancelled";
    }
    return study.message.empty() ? "it is paused" : study.message;
}

Json to_measurement(std::int64_t step, const std::vector<Metric>& metrics) {
    Json json = Json::object();
    if (step != 0) {
        json["stepCount"] = std::to_string(step);
    }
    for (const Metric& metric : metrics) {
        Json entry{{"metricId", to_valid_utf8(metric.name)}};
        if (metric.value != 0) {
            entry["value"] = to_json_number(metric.value);
        }
        append(json, "metrics", std::move(entry));
    }
    return json;
}

Json to_parameters(const Assignment& assignment) {
    Json list = Json::array();
    const Json object = to_json(assignment);
    for (const auto& [name, value] : object.items()) {
        list.push_back({{"parameterId", name}, {"value", value}});
    }
    return list;
}

std::string infeasible_reason(const Trial& trial) {
    return trial.failure                          ? trial.failure->message
           : trial.state == TrialState::cancelled ? "its study was cancelled"
                                                  : trial.prune_reason;
}

// An operation that is done; the members of `metadata` come behind those of all operations.
Json to_operation(
    const std::string& name, std::string_view type, Json metadata, Json response, TimePoint now
) {
    const std::string time = to_rfc3339(now);
    Json full{
        {"@type", fmt::format("{}{}", kTypes, type)},
        {"genericMetadata", {{"createTime", time}, {"updateTime", time}}},
    };
    full.update(metadata);
    return {{"name", name}, {"metadata", full}, {"done", true}, {"response", std::move(response)}};
}

}  // namespace

std::string name_of_study(const Parent& parent, const Study& study) {
    return to_valid_utf8(fmt::format(
        "projects/{}/locations/{}/studies/{}", parent.project, parent.location, study.id
    ));
}

std::string name_of_trial(const Parent& parent, const Study& study, TrialId trial) {
    return fmt::format("{}/trials/{}", name_of_study(parent, study), trial.value());
}

bool is_shown(const Study& study) {
    return study.config.trainer.is_vizier;
}

std::string display_name(const Study& study) {
    return display_name(study, to_document(study.source));
}

Json to_study(const Parent& parent, const Study& study) {
    const Json document = to_document(study.source);
    Json json{
        {"name", name_of_study(parent, study)},
        {"displayName", display_name(study, document)},
        {"studySpec", member(document, "studySpec", "study_spec")},
        {"state", state_of(study)},
        {"createTime", to_rfc3339(study.created)},
    };
    if (json["state"] == "INACTIVE") {
        json["inactiveReason"] = to_valid_utf8(inactive_reason(study));
    }
    return json;
}

std::string_view state_of(const Trial& trial) {
    switch (trial.state) {
        case TrialState::pending:
            return "REQUESTED";
        case TrialState::running:
            return trial.prune_reason.empty() ? "ACTIVE" : "STOPPING";
        default:
            return trial.outcome ? "SUCCEEDED" : "INFEASIBLE";
    }
}

Json to_trial(const Parent& parent, const Study& study, const Trial& trial) {
    const std::string_view state = state_of(trial);
    Json json{
        {"name", name_of_trial(parent, study, trial.id)},
        {"id", std::to_string(trial.id.value())},
        {"state", state},
        {"parameters", to_parameters(trial.assignment)},
    };
    if (trial.outcome) {
        json["finalMeasurement"] = to_measurement(trial.outcome->step, trial.outcome->metrics);
    }
    for (const Measurement& measurement : trial.measurements) {
        append(json, "measurements", to_measurement(measurement.step, measurement.metrics));
    }
    if (trial.started) {
        json["startTime"] = to_rfc3339(*trial.started);
    }
    if (trial.ended) {
        json["endTime"] = to_rfc3339(*trial.ended);
    }
    if (!trial.client.empty()) {
        json["clientId"] = to_valid_utf8(trial.client);
    }
    if (state == "INFEASIBLE") {
        json["infeasibleReason"] = to_valid_utf8(infeasible_reason(trial));
    }
    return json;
}

Json to_suggest_operation(
    const Parent& parent,
    const Study& study,
    const std::string& name,
    const std::vector<Trial>& trials,
    TimePoint now
) {
    Json metadata = Json::object();
    Json response{{"@type", fmt::format("{}SuggestTrialsResponse", kTypes)}};
    for (const Trial& trial : trials) {
        append(response, "trials", to_trial(parent, study, trial));
        if (!trial.client.empty()) {
            metadata["clientId"] = to_valid_utf8(trial.client);
        }
    }
    response["studyState"] = state_of(study);
    response["startTime"] = response["endTime"] = to_rfc3339(now);
    return to_operation(
        fmt::format("{}/operations/{}", name_of_study(parent, study), name),
        "SuggestTrialsMetadata",
        std::move(metadata),
        std::move(response),
        now
    );
}

Json to_check_operation(
    const Parent& parent,
    const Study& study,
    TrialId trial,
    const std::string& name,
    bool should_stop,
    TimePoint now
) {
    const Json metadata{
        {"study", name_of_study(parent, study)},
        {"trial", name_of_trial(parent, study, trial)},
    };
    Json response{
        {"@type", fmt::format("{}CheckTrialEarlyStoppingStateResponse", kTypes)},
    };
    if (should_stop) {
        response["shouldStop"] = true;
    }
    return to_operation(
        fmt::format("{}/operations/{}", name_of_trial(parent, study, trial), name),
        "CheckTrialEarlyStoppingStateMetatdata",  // as the service spells it
        metadata,
        std::move(response),
        now
    );
}

}  // namespace tuner::vizier
