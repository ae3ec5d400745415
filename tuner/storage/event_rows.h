// The rows of `event`; formats/event_json.h says what is in them. Used by storage.cpp, within its
// transactions.

#pragma once

#include "tuner/storage/database.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <span>
#include <string_view>

namespace tuner {

void record_study_event(Database& database, EventKind kind, const Study& study, TimePoint now);

void record_trial_event(
    Database& database, EventKind kind, const std::string& study, const Trial& trial, TimePoint now
);

// Of so many new ones at once, only the last are announced: who wants all of them reads the trial.
inline constexpr std::size_t kAnnouncedMeasurements = 1'000;

// Announced with id 0 and not recorded; carries only the new measurements.
void announce_measurements(
    Database& database,
    const std::string& study,
    TrialId trial,
    std::span<const Measurement> measurements,
    TimePoint now
);

// Forgets what happened to a study.
void delete_events(Connection& connection, std::string_view study);

std::vector<Event> load_events(
    Connection& connection, std::int64_t after, std::string_view study, std::size_t limit
);

}  // namespace tuner
