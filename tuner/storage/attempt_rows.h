// The rows of `attempt`. Used by storage.cpp, within its transactions.

#pragma once

#include "tuner/storage/sqlite.h"
#include "tuner/study/attempt.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

// What decides whether an attempt may change, and what its changes are announced with.
struct AttemptRow {
    AttemptState state = AttemptState::intent;
    std::int64_t metrics_offset = 0;
    std::int64_t measurements = 0;  // how many have arrived
    std::int64_t trial_key = 0;
    TrialId trial;
    StudyKey study;
    std::string study_id;
};

std::optional<AttemptRow> find_attempt(Connection& connection, AttemptId attempt);

// Adds an attempt in state intent; returns its id.
AttemptId insert_attempt(
    Connection& connection, std::int64_t trial_key, std::int64_t epoch, const AttemptRecord& record
);

// intent -> running; false when it is in another state.
bool set_identity(Connection& connection, AttemptId attempt, const AttemptIdentity& identity);

// running -> stopping; false when it is in another state.
bool set_stopping_state(Connection& connection, AttemptId attempt);

// live -> ended; false when it had ended.
bool set_exit(Connection& connection, AttemptId attempt, const AttemptExit& exit, TimePoint now);

// How far the metric file is read and how many measurements have arrived.
void set_progress(
    Connection& connection, AttemptId attempt, std::int64_t offset, std::int64_t measurements
);

std::vector<AttemptRecord> load_live_attempts(Connection& connection);

std::vector<AttemptRecord> load_attempts(Connection& connection, StudyKey study, TrialId trial);

}  // namespace tuner
