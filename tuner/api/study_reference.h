// The study and the trial that a request names.
//
// {study} is anything TuningService::find accepts (an id, a name, a file's path), or "-" for the
// newest one.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/id.h"
#include "tuner/base/result.h"
#include "tuner/service/tuning_service.h"

#include <string>

namespace tuner {

struct TrialReference {
    std::string study;  // its id
    TrialId trial;
};

// From {study}; `not_found`.
Result<StudyView> find_study(const Request& request, const TuningService& service);

// The id of {study} in a request that must have no parameters; `invalid_argument` when it has any.
Result<std::string> find_study_id(const Request& request, const TuningService& service);

// From {study} and {trial}; `invalid_argument` when the number is none, `not_found` when there is
// no such study or trial.
Result<TrialReference> find_trial(const Request& request, const TuningService& service);

}  // namespace tuner
