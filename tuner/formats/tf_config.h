// The TF_CONFIG variable of one trial, JSON that legacy trainers and TensorFlow's Estimator read
// (contract.md 3.3), and CLUSTER_SPEC, which says the same in the Vizier dialect.

#pragma once

#include "tuner/base/id.h"
#include "tuner/study/study_config.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tuner {

inline constexpr std::int64_t kFirstClusterPort = 2'222;
inline constexpr std::int64_t kClusterPorts = 60'000;  // then they begin again

// A single-machine cluster with task.trial as a text, as the legacy service gave it to a tuning
// trial; without task.trial for a plain run, as it gave it to a job that tunes nothing.
std::string tf_config(
    const TrainerSpec& trainer, const std::string& job_name, std::optional<TrialId> trial
);

// A cluster of one machine, with task.trial likewise. Its port follows the trial's number, so that
// trials side by side do not meet: kFirstClusterPort for trial 1 and for a plain run.
std::string cluster_spec(std::optional<TrialId> trial);

}  // namespace tuner
