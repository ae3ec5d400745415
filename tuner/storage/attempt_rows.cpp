#include "tuner/storage/attempt_rows.h"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace tuner {

namespace {

std::string to_text(const std::vector<std::int64_t>& gpus) {
    return fmt::format("{}", fmt::join(gpus, ","));
}

// "0,1"; anything but such a list is a damaged record.
std::vector<std::int64_t> to_gpus(Connection& connection, const std::string& text) {
    std::vector<std::int64_t> gpus;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        std::int64_t number = 0;
        const auto [rest, error] = std::from_chars(at, end, number);
        const bool more = rest != end && *rest == ',' && rest + 1 != end;
        if (error != std::errc{} || number < 0 || (rest != end && !more)) {
            connection.give_up(
                StorageTrouble::damaged,
                fmt::format("database {}: damaged record: gpus of an attempt", connection.name())
            );
        }
        gpus.push_back(number);
        at = more ? rest + 1 : end;
    }
    return gpus;
}

// The columns that both loads select, in the order that read_attempt() reads.
AttemptRecord read_attempt(Connection& connection, Statement& row) {
    AttemptRecord record;
    record.id = AttemptId(row.integer());
    record.study = StudyKey(row.integer());
    record.trial = TrialId(row.integer());
    record.number = row.integer();
    record.uuid = row.text();
    record.state = row.name<AttemptState>();
    record.dir = row.text();
    record.gpus = to_gpus(connection, row.text());
    record.identity.boot_id = row.text();
    record.identity.pid_namespace = row.text();
    record.identity.pid = row.integer();
    record.identity.start_ticks = static_cast<std::uint64_t>(row.integer());
    record.metrics_offset = row.integer();
    record.created = row.time();
    record.ended = row.optional_time();
    if (record.state == AttemptState::ended) {
        AttemptExit& exit = record.exit.emplace();
        exit.kind = row.name<ExitKind>();
        exit.code = static_cast<int>(row.integer());
        exit.signal = static_cast<int>(row.integer());
        exit.message = row.text();
        exit.log_tail = row.text();
    }
    return record;
}

std::vector<AttemptRecord> read_attempts(Connection& connection, Statement& rows) {
    std::vector<AttemptRecord> records;
    while (rows.next()) {
        records.push_back(read_attempt(connection, rows));
    }
    return records;
}

}  // namespace

std::optional<AttemptRow> find_attempt(Connection& connection, AttemptId attempt) {
    Statement row = connection.query(
        "SELECT attempt.state, attempt.metrics_offset, attempt.measurements, trial.key,"
        " trial.number, study.key, study.id"
        " FROM attempt JOIN trial ON trial.key = attempt.trial JOIN study ON study.key = "
        "trial.study"
        " WHERE attempt.key = ?1",
        attempt.value()
    );
    if (!row.next()) {
        return std::nullopt;
    }
    AttemptRow found;
    found.state = row.name<AttemptState>();
    found.metrics_offset = row.integer();
    found.measurements = row.integer();
    found.trial_key = row.integer();
    found.trial = TrialId(row.integer());
    found.study = StudyKey(row.integer());
    found.study_id = row.text();
    return found;
}

AttemptId insert_attempt(
    Connection& connection, std::int64_t trial_key, std::int64_t epoch, const AttemptRecord& record
) {
    connection.run(
        "INSERT INTO attempt (uuid, trial, number, epoch, state, dir, boot_id, pid_namespace, pid,"
        " start_ticks, metrics_offset, measurements, created_ms, gpus)"
        " VALUES (?1, ?2, ?3, ?4, 'intent', ?5, '', '', 0, 0, 0, 0, ?6, ?7)",
        record.uuid,
        trial_key,
        record.number,
        epoch,
        record.dir,
        record.created,
        to_text(record.gpus)
    );
    return AttemptId(connection.last_key());
}

bool set_identity(Connection& connection, AttemptId attempt, const AttemptIdentity& identity) {
    return connection.run(
               "UPDATE attempt SET state = 'running', boot_id = ?1, pid_namespace = ?2, pid = ?3,"
               " start_ticks = ?4 WHERE key = ?5 AND state = 'intent'",
               identity.boot_id,
               identity.pid_namespace,
               identity.pid,
               static_cast<std::int64_t>(identity.start_ticks),
               attempt.value()
           ) == 1;
}

bool set_stopping_state(Connection& connection, AttemptId attempt) {
    return connection.run(
               "UPDATE attempt SET state = 'stopping' WHERE key = ?1 AND state = 'running'",
               attempt.value()
           ) == 1;
}

bool set_exit(Connection& connection, AttemptId attempt, const AttemptExit& exit, TimePoint now) {
    return connection.run(
               "UPDATE attempt SET state = 'ended', exit_kind = ?1, exit_code = ?2,"
               " exit_signal = ?3, exit_message = ?4, exit_log_tail = ?5, ended_ms = ?6"
               " WHERE key = ?7 AND state IN ('intent', 'running', 'stopping')",
               name_of(exit.kind),
               std::int64_t{exit.code},
               std::int64_t{exit.signal},
               exit.message,
               exit.log_tail,
               now,
               attempt.value()
           ) == 1;
}

void set_progress(
    Connection& connection, AttemptId attempt, std::int64_t offset, std::int64_t measurements
) {
    connection.run(
        "UPDATE attempt SET metrics_offset = ?1, measurements = ?2 WHERE key = ?3",
        offset,
        measurements,
        attempt.value()
    );
}

std::vector<AttemptRecord> load_live_attempts(Connection& connection) {
    Statement rows = connection.query(
        "SELECT attempt.key, trial.study, trial.number, attempt.number, uuid, attempt.state, dir,"
        " gpus,"
        " boot_id, pid_namespace, pid, start_ticks, metrics_offset, attempt.created_ms,"
        " attempt.ended_ms, exit_kind, exit_code, exit_signal, exit_message, exit_log_tail"
        " FROM attempt JOIN trial ON trial.key = attempt.trial"
        " WHERE attempt.state IN ('intent', 'running', 'stopping') ORDER BY attempt.key"
    );
    return read_attempts(connection, rows);
}

std::vector<AttemptRecord> load_attempts(Connection& connection, StudyKey study, TrialId trial) {
    Statement rows = connection.query(
        "SELECT attempt.key, trial.study, trial.number, attempt.number, uuid, attempt.state, dir,"
        " gpus,"
        " boot_id, pid_namespace, pid, start_ticks, metrics_offset, attempt.created_ms,"
        " attempt.ended_ms, exit_kind, exit_code, exit_signal, exit_message, exit_log_tail"
        " FROM attempt JOIN trial ON trial.key = attempt.trial"
        " WHERE trial.study = ?1 AND trial.number = ?2 ORDER BY attempt.key",
        study.value(),
        trial.value()
    );
    return read_attempts(connection, rows);
}

}  // namespace tuner
