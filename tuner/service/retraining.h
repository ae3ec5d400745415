// A retraining runs a study's trainer once more with the parameters of one of its trials, as a
// plain run: on all data, for longer, whatever the arguments added to it say. Pure.
//
// It is a study of its own, NAME-train-1. What ended trials early (a timeout, a stall) does not end
// it, and it is not retried.

#pragma once

#include "tuner/base/result.h"
#include "tuner/storage/storage_input.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

struct RetrainRequest {
    std::optional<TrialId> trial;        // none: the best one
    std::vector<std::string> args;       // after the parameters, so that they win over everything
    std::optional<std::string> job_dir;  // none: JOB_DIR/train, if the study has a job dir
};

// `not_found` when there is no such trial, or none has completed; `invalid_argument` for a study
// that has no trainer or no parameters.
Result<NewStudy> make_retraining(
    const Study& study, const History& history, const RetrainRequest& request
);

}  // namespace tuner
