// The TF_CONFIG variable of one trial: JSON that legacy trainers and TensorFlow's Estimator read
// (contract.md 3.3).

#pragma once

#include "tuner/base/id.h"
#include "tuner/study/study_config.h"

#include <optional>
#include <string>

namespace tuner {

// A single-machine cluster with task.trial as a text, as the legacy service gave it to a tuning
// trial; without task.trial for a plain run, as it gave it to a job that tunes nothing.
std::string tf_config(
    const TrainerSpec& trainer, const std::string& job_name, std::optional<TrialId> trial
);

}  // namespace tuner
