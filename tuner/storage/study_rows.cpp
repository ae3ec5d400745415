#include "tuner/storage/study_rows.h"

#include "tuner/formats/study_json.h"

#include <fmt/format.h>

namespace tuner {

namespace {

Study read_study(Connection& connection, Statement& row) {
    Study study;
    study.key = StudyKey(row.integer());
    study.id = row.text();
    Result<StudyConfig> config = from_stored_config(row.text());
    if (!config) {
        connection.give_up(
            StorageTrouble::damaged,
            fmt::format(
                "database {}: damaged record: the configuration of study {}: {}",
                connection.name(),
                study.id,
                config.error().message
            )
        );
    }
    study.config = std::move(*config);
    study.file = row.text();
    study.source = row.text();
    study.state = row.name<StudyState>();
    study.reason = row.name<StudyReason>();
    study.message = row.text();
    study.created = row.time();
    study.ended = row.optional_time();
    return study;
}

// The next number of a name: never one that was used before, even by a study that is forgotten.
std::int64_t next_number(Connection& connection, const std::string& name) {
    return connection.integer(
        "INSERT INTO study_name (name, last_number) VALUES (?1, 1)"
        " ON CONFLICT (name) DO UPDATE SET last_number = last_number + 1 RETURNING last_number",
        name
    );
}

}  // namespace

std::string next_study_id(Connection& connection, const std::string& name) {
    return fmt::format("{}-{}", name, next_number(connection, name));
}

bool claim_job_id(Connection& connection, const std::string& id) {
    // No study has such a name: names have no colon.
    return next_number(connection, "job:" + id) == 1;
}

Study insert_study(Connection& connection, const std::string& id, NewStudy draft, TimePoint now) {
    Study study;
    study.id = id;
    study.config = std::move(draft.config);
    study.file = std::move(draft.file);
    study.source = std::move(draft.source);
    study.created = now;
    connection.run(
        "INSERT INTO study (id, config, file, source, state, reason, message, created_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        study.id,
        to_stored_config(study.config),
        study.file,
        study.source,
        name_of(study.state),
        name_of(study.reason),
        study.message,
        study.created
    );
    study.key = StudyKey(connection.last_key());
    return study;
}

std::vector<Study> load_studies(Connection& connection) {
    Statement rows = connection.query(
        "SELECT key, id, config, file, source, state, reason, message, created_ms, ended_ms"
        " FROM study ORDER BY key"
    );
    std::vector<Study> studies;
    while (rows.next()) {
        studies.push_back(read_study(connection, rows));
    }
    return studies;
}

std::optional<Study> find_study(Connection& connection, StudyKey key) {
    Statement row = connection.query(
        "SELECT key, id, config, file, source, state, reason, message, created_ms, ended_ms"
        " FROM study WHERE key = ?1",
        key.value()
    );
    return row.next() ? std::optional(read_study(connection, row)) : std::nullopt;
}

std::optional<std::string> find_study_id(Connection& connection, StudyKey key) {
    Statement row = connection.query("SELECT id FROM study WHERE key = ?1", key.value());
    return row.next() ? std::optional(row.text()) : std::nullopt;
}

bool change_study(Connection& connection, const Study& after, StudyState before) {
    const std::int64_t changed = connection.run(
        "UPDATE study SET config = ?1, state = ?2, reason = ?3, message = ?4, ended_ms = ?5"
        " WHERE key = ?6 AND state = ?7",
        to_stored_config(after.config),
        name_of(after.state),
        name_of(after.reason),
        after.message,
        after.ended,
        after.key.value(),
        name_of(before)
    );
    return changed == 1;
}

void delete_study_rows(Connection& connection, StudyKey key) {
    connection.run("DELETE FROM study WHERE key = ?1", key.value());
}

bool has_live_attempt(Connection& connection, StudyKey key) {
    return connection.integer(
               "SELECT EXISTS (SELECT 1 FROM attempt JOIN trial ON trial.key = attempt.trial"
               " WHERE attempt.state IN ('intent', 'running', 'stopping') AND trial.study = ?1)",
               key.value()
           ) == 1;
}

}  // namespace tuner
