#include "tuner/storage/event_rows.h"

#include "tuner/formats/event_json.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tuner {

namespace {

void record(Database& database, Event event) {
    std::optional<std::int64_t> trial;
    if (event.trial) {
        trial = event.trial->value();
    }
    Connection& connection = database.connection();
    connection.run(
        "INSERT INTO event (time_ms, kind, study, trial, json) VALUES (?1, ?2, ?3, ?4, ?5)",
        event.time,
        name_of(event.kind),
        event.study,
        trial,
        event.json
    );
    event.id = connection.last_key();
    database.announce(std::move(event));
}

Event read_event(Statement& row) {
    Event event;
    event.id = row.integer();
    event.time = row.time();
    event.kind = row.name<EventKind>();
    event.study = row.text();
    if (const std::optional<std::int64_t> trial = row.optional_integer()) {
        event.trial = TrialId(*trial);
    }
    event.json = row.text();
    return event;
}

}  // namespace

void record_study_event(Database& database, EventKind kind, const Study& study, TimePoint now) {
    record(database, Event{0, now, kind, study.id, std::nullopt, to_event_json(study)});
}

void record_trial_event(
    Database& database, EventKind kind, const std::string& study, const Trial& trial, TimePoint now
) {
    record(database, Event{0, now, kind, study, trial.id, to_event_json(trial, study)});
}

void announce_measurements(
    Database& database,
    const std::string& study,
    TrialId trial,
    std::span<const Measurement> measurements,
    TimePoint now
) {
    std::string json = to_event_json(
        trial, study, measurements.last(std::min(measurements.size(), kAnnouncedMeasurements))
    );
    database.announce(Event{0, now, EventKind::trial_measured, study, trial, std::move(json)});
}

void delete_events(Connection& connection, std::string_view study) {
    connection.run("DELETE FROM event WHERE study = ?1", study);
}

std::vector<Event> load_events(
    Connection& connection, std::int64_t after, std::string_view study, std::size_t limit
) {
    constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    const auto count = static_cast<std::int64_t>(std::min(limit, kMost));
    Statement rows = study.empty() ? connection.query(
                                         "SELECT id, time_ms, kind, study, trial, json FROM event"
                                         " WHERE id > ?1 ORDER BY id LIMIT ?2",
                                         after,
                                         count
                                     )
                                   : connection.query(
                                         "SELECT id, time_ms, kind, study, trial, json FROM event"
                                         " WHERE id > ?1 AND study = ?3 ORDER BY id LIMIT ?2",
                                         after,
                                         count,
                                         study
                                     );
    std::vector<Event> events;
    while (rows.next()) {
        events.push_back(read_event(rows));
    }
    return events;
}

}  // namespace tuner
