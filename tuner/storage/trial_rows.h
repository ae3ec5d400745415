// The rows of `trial`. Used by storage.cpp, within its transactions.

#pragma once

#include "tuner/storage/sqlite.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tuner {

// What decides whether a trial may change.
struct TrialRow {
    std::int64_t key = 0;
    TrialState state = TrialState::pending;
    std::int64_t attempts = 0;
};

std::optional<TrialRow> find_trial(Connection& connection, StudyKey study, TrialId trial);

// The number of a study's last trial, 0 before the first.
std::int64_t last_trial(Connection& connection, StudyKey study);

void insert_trial(Connection& connection, StudyKey study, const Trial& trial);

// Stores everything of `after` that can change, if the row is still in state `before` and without a
// live attempt; false when it is not. A trial that is pending again lets go of its attempt's
// measurements.
bool change_trial(Connection& connection, std::int64_t key, const Trial& after, TrialState before);

// Makes an attempt the one whose measurements are the trial's.
void set_present_attempt(Connection& connection, std::int64_t trial, std::int64_t attempt);

// Why a running trial is being stopped early.
void set_prune_reason(Connection& connection, std::int64_t trial, std::string_view reason);

std::vector<Trial> load_trials(Connection& connection, const Study& study);

}  // namespace tuner
