#include "tuner/formats/event_json.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/study_json.h"

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

Json null_if_empty(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json from_measurement(const Measurement& measurement) {
    Json metrics = Json::object();
    for (const Metric& metric : measurement.metrics) {
        metrics[metric.name] = to_number_or_null(metric.value);
    }
    return {{"step", measurement.step}, {"metrics", std::move(metrics)}};
}

}  // namespace

std::string to_event_json(const Study& study) {
    const Limits& limits = study.config.limits;
    const bool has_reason = study.reason != StudyReason::none;
    return to_line(
        {{"id", study.id},
         {"name", study.config.name},
         {"state", name_of(study.state)},
         {"reason", has_reason ? Json(name_of(study.reason)) : Json(nullptr)},
         {"message", null_if_empty(study.message)},
         {"maxTrials", limits.max_trials},
         {"maxParallelTrials", limits.max_parallel_trials},
         {"maxFailedTrials", limits.max_failed_trials},
         {"createTime", to_rfc3339(study.created)},
         {"endTime", study.ended ? Json(to_rfc3339(*study.ended)) : Json(nullptr)}}
    );
}

std::string to_event_json(const Trial& trial, const std::string& study_id) {
    return to_line(to_json(trial, study_id));
}

std::string to_event_json(
    TrialId trial, const std::string& study_id, std::span<const Measurement> measurements
) {
    Json list = Json::array();
    for (const Measurement& measurement : measurements) {
        list.push_back(from_measurement(measurement));
    }
    return to_line({{"id", trial.value()}, {"study", study_id}, {"measurements", std::move(list)}});
}

}  // namespace tuner
