// A History is what an optimizer may see: the question and the trials so far, pending and running
// ones included.
//
// A value: copying it is what makes the hop to the worker pool safe.

#pragma once

#include "tuner/study/history_index.h"
#include "tuner/study/study_config.h"
#include "tuner/study/trial.h"

#include <cstdint>
#include <vector>

namespace tuner {

struct History {
    StudyConfig config;
    std::vector<Trial> trials;  // by number, dense from 1
    HistoryIndex index = {};    // makes the questions below cheap, if whoever adds trials keeps it

    // How many trials are in a state.
    std::int64_t count(TrialState state) const;

    // How many were suggested by an origin.
    std::int64_t count(Origin origin) const { return index.count(trials, origin); }

    // How many have ended with a result: completed, or pruned after they had reported.
    std::int64_t count_results() const { return index.count_results(trials); }

    // How many have not ended.
    std::int64_t count_open() const { return index.count_open(trials); }

    // Is the assignment, or one equal to it, that of a trial, whatever became of the trial?
    bool has_tried(const Assignment& assignment) const {
        return index.has_tried(trials, assignment);
    }

    // The completed trial of the best objective, the earliest of equals; null when none has
    // completed.
    const Trial* best() const;
};

}  // namespace tuner
