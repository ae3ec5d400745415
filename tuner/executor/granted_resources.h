// How a trainer is told what it may use: its own GPUs in CUDA_VISIBLE_DEVICES, and as many threads
// as it has CPUs in the variables that the common libraries read.

#pragma once

#include "tuner/study/attempt.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

#include <map>
#include <string>

namespace tuner {

// What the study's own `env` sets stays as it is.
void add_granted_resources(
    std::map<std::string, std::string>& env,
    const StudyConfig& config,
    const AttemptRecord& attempt,
    const Machine& machine
);

}  // namespace tuner
