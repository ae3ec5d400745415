#include "tuner/formats/event_json.h"

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

Json null_if_empty(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string to_event_json(const Study& study) {
    const Limits& limits = study.config.limits;
    const Json json = {
        {"id", study.id},
        {"name", study.config.name},
        {"state", name_of(study.state)},
        {"reason", study.reason == StudyReason::none ? Json(nullptr) : Json(name_of(study.reason))},
        {"message", null_if_empty(study.message)},
        {"maxTrials", limits.max_trials},
        {"maxParallelTrials", limits.max_parallel_trials},
        {"maxFailedTrials", limits.max_failed_trials},
        {"createTime", to_rfc3339(study.created)},
        {"endTime", study.ended ? Json(to_rfc3339(*study.ended)) : Json(nullptr)},
    };
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tuner
