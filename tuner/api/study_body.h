// Bodies of the calls on studies, from JSON to the values the service takes.
//
// Fields are checked one by one: an unknown field, a wrong type or a number out of range is
// `invalid_argument` and names the field. Pure.

#pragma once

#include "tuner/base/result.h"
#include "tuner/service/tuning_service.h"
#include "tuner/study/study_config.h"

#include <optional>
#include <string_view>

namespace tuner {

// The body of POST /v1/studies that names a file of the daemon's machine or has a study file's text
// in it; nothing when it is no JSON object of that kind, but perhaps a study's document itself.
Result<std::optional<RunRequest>> parse_run_request(std::string_view body);

// The body of POST …:train; an empty one asks for the best trial.
Result<RetrainRequest> parse_retrain_request(std::string_view body);

// The limits of a study after a PATCH: those that the body names, the others as they were. null
// takes a timeout away.
Result<Limits> parse_limits(std::string_view body, Limits limits);

}  // namespace tuner
