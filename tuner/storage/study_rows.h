// The rows of `study`. Used by storage.cpp, within its transactions.

#pragma once

#include "tuner/storage/sqlite.h"
#include "tuner/storage/storage.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

// Adds a running study under the next number of its name.
Study insert_study(Connection& connection, NewStudy draft, TimePoint now);

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
