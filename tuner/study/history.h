// A History is what an optimizer may see: the question and the trials so far, pending and running
// ones included.
//
// A value: copying it is what makes the hop to the worker pool safe.

#pragma once

#include "tuner/study/study_config.h"
#include "tuner/study/trial.h"

#include <cstdint>
#include <vector>

namespace tuner {

struct History {
    StudyConfig config;
    std::vector<Trial> trials;  // by number, dense from 1

    // How many trials are in a state.
    std::int64_t count(TrialState state) const;

    // The completed trial of the best objective, the earliest of equals; null when none has
    // completed.
    const Trial* best() const;
};

}  // namespace tuner
