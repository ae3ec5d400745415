// The rows of `study`. Used by storage.cpp, within its transactions.

#pragma once

#include "tuner/storage/sqlite.h"
#include "tuner/storage/storage.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

// NAME-n with the next number of the name: never one that was used before, even by a study that is
// forgotten.
std::string next_study_id(Connection& connection, const std::string& name);

// Takes the id of a job for ever; false when it was taken before.
bool claim_job_id(Connection& connection, const std::string& id);

// Adds a running study.
Study insert_study(Connection& connection, const std::string& id, NewStudy draft, TimePoint now);

std::vector<Study> load_studies(Connection& connection);

std::optional<Study> find_study(Connection& connection, StudyKey key);

// The id that users know; nothing when there is no such study.
std::optional<std::string> find_study_id(Connection& connection, StudyKey key);

// Stores state, reason, message, config and end of a study that is in state `before`; false when it
// is not.
bool change_study(Connection& connection, const Study& after, StudyState before);

// Removes a study with all rows that refer to it.
void delete_study_rows(Connection& connection, StudyKey key);

// Whether an attempt of the study has not ended.
bool has_live_attempt(Connection& connection, StudyKey key);

}  // namespace tuner
