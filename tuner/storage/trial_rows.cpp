#include "tuner/storage/trial_rows.h"

#include "tuner/formats/study_json.h"
#include "tuner/storage/measurement_rows.h"

#include <fmt/format.h>

namespace tuner {

namespace {

[[noreturn]] void raise_damaged(
    Connection& connection, StudyKey study, std::int64_t trial, std::string_view what
) {
    connection.give_up(
        StorageTrouble::damaged,
        fmt::format(
            "database {}: damaged record: trial {} of study row {}: {}",
            connection.name(),
            trial,
            study.value(),
            what
        )
    );
}

// The outcome's number as it is stored, all null without an outcome.
struct OutcomeColumns {
    std::optional<std::int64_t> kind;
    std::optional<double> value;
    std::optional<std::int64_t> step;

    explicit OutcomeColumns(const std::optional<Outcome>& outcome) {
        if (outcome) {
            const StoredNumber number = StoredNumber::from(outcome->objective);
            kind = number.kind;
            value = number.value;
            step = outcome->step;
        }
    }
};

// Likewise for a failure.
struct FailureColumns {
    std::optional<std::string_view> kind;
    std::optional<std::string_view> message;

    explicit FailureColumns(const std::optional<Failure>& failure) {
        if (failure) {
            kind = name_of(failure->kind);
            message = failure->message;
        }
    }
};

// Likewise for a forecast.
struct ForecastColumns {
    std::optional<double> mean;
    std::optional<double> sd;

    explicit ForecastColumns(const std::optional<Forecast>& forecast) {
        if (forecast) {
            mean = forecast->mean;
            sd = forecast->sd;
        }
    }
};

std::optional<Outcome> read_outcome(Statement& row) {
    const std::optional<std::int64_t> kind = row.optional_integer();
    if (!kind) {
        row.optional_text();
        row.optional_integer();
        return std::nullopt;
    }
    const double value = row.real();
    return Outcome{StoredNumber{*kind, value}.number(), row.integer(), {}};
}

std::optional<Failure> read_failure(Statement& row) {
    const std::optional<std::string> message = row.optional_text();
    if (!message) {
        row.optional_text();
        return std::nullopt;
    }
    return Failure{row.name<FailureKind>(), *message};
}

std::optional<Forecast> read_forecast(Statement& row) {
    const std::optional<double> mean = row.optional_real();
    const std::optional<double> sd = row.optional_real();
    return mean && sd ? std::optional(Forecast{*mean, *sd}) : std::nullopt;
}

Trial read_trial(Connection& connection, StudyKey study, Statement& row) {
    Trial trial;
    trial.id = TrialId(row.integer());
    Result<Assignment> assignment = from_stored_assignment(row.text());
    Result<Provenance> provenance = from_stored_provenance(row.text());
    if (!assignment) {
        raise_damaged(connection, study, trial.id.value(), assignment.error().message);
    }
    if (!provenance) {
        raise_damaged(connection, study, trial.id.value(), provenance.error().message);
    }
    trial.assignment = std::move(*assignment);
    trial.provenance = std::move(*provenance);
    trial.state = row.name<TrialState>();
    trial.attempts = row.integer();
    trial.user_retries = row.integer();
    trial.infrastructure_retries = row.integer();
    trial.outcome = read_outcome(row);
    trial.failure = read_failure(row);
    trial.prune_reason = row.text();
    trial.forecast = read_forecast(row);
    trial.client = row.text();
    trial.created = row.time();
    trial.started = row.optional_time();
    trial.ended = row.optional_time();
    return trial;
}

}  // namespace

std::optional<TrialRow> find_trial(Connection& connection, StudyKey study, TrialId trial) {
    Statement row = connection.query(
        "SELECT key, state, attempts FROM trial WHERE study = ?1 AND number = ?2",
        study.value(),
        trial.value()
    );
    if (!row.next()) {
        return std::nullopt;
    }
    TrialRow found;
    found.key = row.integer();
    found.state = row.name<TrialState>();
    found.attempts = row.integer();
    return found;
}

std::int64_t last_trial(Connection& connection, StudyKey study) {
    return connection.integer(
        "SELECT coalesce(max(number), 0) FROM trial WHERE study = ?1", study.value()
    );
}

void insert_trial(Connection& connection, StudyKey study, const Trial& trial) {
    const OutcomeColumns outcome(trial.outcome);
    const FailureColumns failure(trial.failure);
    const ForecastColumns forecast(trial.forecast);
    connection.run(
        "INSERT INTO trial (study, number, assignment, provenance, state, attempts, user_retries,"
        " infrastructure_retries, objective_kind, objective, objective_step, failure_kind,"
        " failure_message, created_ms, started_ms, ended_ms, prune_reason, forecast, forecast_sd,"
        " client) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
        " ?17, ?18, ?19, ?20)",
        study.value(),
        trial.id.value(),
        to_stored_assignment(trial.assignment),
        to_stored_provenance(trial.provenance),
        name_of(trial.state),
        trial.attempts,
        trial.user_retries,
        trial.infrastructure_retries,
        outcome.kind,
        outcome.value,
        outcome.step,
        failure.kind,
        failure.message,
        trial.created,
        trial.started,
        trial.ended,
        trial.prune_reason,
        forecast.mean,
        forecast.sd,
        trial.client
    );
    if (trial.outcome) {
        replace_outcome_metrics(connection, connection.last_key(), trial.outcome->metrics);
    }
}

bool change_trial(Connection& connection, std::int64_t key, const Trial& after, TrialState before) {
    const OutcomeColumns outcome(after.outcome);
    const FailureColumns failure(after.failure);
    const ForecastColumns forecast(after.forecast);
    const std::int64_t changed = connection.run(
        "UPDATE trial SET state = ?1, attempts = ?2, user_retries = ?3,"
        " infrastructure_retries = ?4, objective_kind = ?5, objective = ?6, objective_step = ?7,"
        " failure_kind = ?8, failure_message = ?9, started_ms = ?10, ended_ms = ?11,"
        " attempt = CASE ?1 WHEN 'pending' THEN NULL ELSE attempt END,"
        " prune_reason = ?14, forecast = ?15, forecast_sd = ?16, client = ?17"
        " WHERE key = ?12 AND state = ?13 AND NOT EXISTS (SELECT 1 FROM attempt AS live"
        "  WHERE live.trial = ?12 AND live.state IN ('intent', 'running', 'stopping'))",
        name_of(after.state),
        after.attempts,
        after.user_retries,
        after.infrastructure_retries,
        outcome.kind,
        outcome.value,
        outcome.step,
        failure.kind,
        failure.message,
        after.started,
        after.ended,
        key,
        name_of(before),
        after.prune_reason,
        forecast.mean,
        forecast.sd,
        after.client
    );
    if (changed == 1 && after.outcome) {
        replace_outcome_metrics(connection, key, after.outcome->metrics);
    }
    return changed == 1;
}

void set_present_attempt(Connection& connection, std::int64_t trial, std::int64_t attempt) {
    connection.run("UPDATE trial SET attempt = ?1 WHERE key = ?2", attempt, trial);
}

void set_prune_reason(Connection& connection, std::int64_t trial, std::string_view reason) {
    connection.run("UPDATE trial SET prune_reason = ?1 WHERE key = ?2", reason, trial);
}

std::vector<Trial> load_trials(Connection& connection, const Study& study) {
    Statement rows = connection.query(
        "SELECT number, assignment, provenance, state, attempts, user_retries,"
        " infrastructure_retries, objective_kind, objective, objective_step, failure_message,"
        " failure_kind, prune_reason, forecast, forecast_sd, client, created_ms, started_ms,"
        " ended_ms FROM trial WHERE study = ?1 ORDER BY number",
        study.key.value()
    );
    std::vector<Trial> trials;
    while (rows.next()) {
        trials.push_back(read_trial(connection, study.key, rows));
        const auto number = static_cast<std::int64_t>(trials.size());
        if (trials.back().id.value() != number) {
            raise_damaged(connection, study.key, number, "it is missing");
        }
    }
    load_measurements(connection, study, trials);
    return trials;
}

}  // namespace tuner
