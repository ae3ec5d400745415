#include "tuner/storage/event_rows.h"

#include "tuner/formats/study_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

// Bytes that are no UTF-8 are replaced: an event is for reading.
std::string to_text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json null_if_empty(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json study_summary(const Study& study) {
    const Limits& limits = study.config.limits;
    return {
        {"id", study.id},
        {"name", study.config.name},
        {"state", name_of(study.state)},
        {"reason", study.reason == StudyReason::none ? Json(nullptr) : Json(name_of(study.reason))},
        {"message", null_if_empty(study.message)},
        {"maxTrials", limits.max_trials},
        {"maxParallelTrials", limits.max_parallel_trials},
        {"maxFailedTrials", limits.max_failed_trials},
        {"createTime", to_rfc3339(study.created)},
        {"endTime", study.ended ? Json(to_rfc3339(*study.ended)) : Json(nullptr)},
    };
}

Json measurement_list(std::span<const Measurement> measurements) {
    Json list = Json::array();
    for (const Measurement& measurement : measurements) {
        Json metrics = Json::object();
        for (const Metric& metric : measurement.metrics) {
            metrics[metric.name] = std::isfinite(metric.value) ? Json(metric.value) : Json(nullptr);
        }
        list.push_back({{"step", measurement.step}, {"metrics", std::move(metrics)}});
    }
    return list;
}

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
    record(database, Event{0, now, kind, study.id, std::nullopt, to_text(study_summary(study))});
}

void record_trial_event(
    Database& database, EventKind kind, const std::string& study, const Trial& trial, TimePoint now
) {
    record(database, Event{0, now, kind, study, trial.id, to_text(to_json(trial, study))});
}

void announce_measurements(
    Database& database,
    const std::string& study,
    TrialId trial,
    std::span<const Measurement> measurements,
    TimePoint now
) {
    const Json json = {
        {"id", trial.value()}, {"study", study}, {"measurements", measurement_list(measurements)}};
    database.announce(Event{0, now, EventKind::trial_measured, study, trial, to_text(json)});
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
