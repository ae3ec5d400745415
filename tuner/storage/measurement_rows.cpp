#include "tuner/storage/measurement_rows.h"

#include "tuner/storage/stored_curve.h"

#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

namespace tuner {

namespace {

enum : std::int64_t { kFinite, kNan, kPositiveInfinity, kNegativeInfinity };

[[noreturn]] void raise_damaged(Connection& connection, const std::string& what) {
    connection.give_up(
        StorageTrouble::damaged,
        fmt::format("database {}: damaged record: {}", connection.name(), what)
    );
}

// The names of metrics, each looked up once.
class MetricNames {
  public:
    explicit MetricNames(Connection& connection) : connection_(connection) {}

    // The key of a name, made when it is new.
    std::int64_t key(const std::string& name) {
        const auto [entry, is_new] = keys_.try_emplace(name, 0);
        if (is_new) {
            connection_.run("INSERT INTO metric (name) VALUES (?1) ON CONFLICT DO NOTHING", name);
            entry->second = connection_.integer("SELECT key FROM metric WHERE name = ?1", name);
        }
        return entry->second;
    }

    const std::string& name(std::int64_t key) {
        const auto [entry, is_new] = names_.try_emplace(key);
        if (is_new) {
            Statement row = connection_.query("SELECT name FROM metric WHERE key = ?1", key);
            if (!row.next()) {
                raise_damaged(connection_, fmt::format("no metric has the key {}", key));
            }
            entry->second = row.text();
        }
        return entry->second;
    }

  private:
    Connection& connection_;
    std::unordered_map<std::string, std::int64_t> keys_;
    std::unordered_map<std::int64_t, std::string> names_;
};

// The trial with a number, among trials that are dense from 1.
Trial& find_trial(Connection& connection, std::vector<Trial>& trials, std::int64_t number) {
    if (number < 1 || number > std::ssize(trials)) {
        raise_damaged(connection, fmt::format("measurements of a trial {}", number));
    }
    return trials[static_cast<std::size_t>(number) - 1];
}

double read_number(Statement& row) {
    StoredNumber stored;
    stored.kind = row.integer();
    stored.value = row.real();
    return stored.number();
}

void load_curves(
    Connection& connection, const Study& study, std::vector<Trial>& trials, MetricNames& names
) {
    // CROSS JOIN keeps this order of loops: trials, then the measurements of each.
    Statement rows = connection.query(
        "SELECT trial.number, measurement.sequence, measurement.position, measurement.step,"
        "       measurement.metric, measurement.kind, measurement.value"
        " FROM trial CROSS JOIN measurement ON measurement.attempt = trial.attempt"
        " WHERE trial.study = ?1",
        study.key.value()
    );
    StoredCurve curve(study.config.objectives);
    Trial* trial = nullptr;
    while (rows.next()) {
        const std::int64_t number = rows.integer();
        if (trial == nullptr || trial->id.value() != number) {
            if (trial != nullptr) {
                trial->measurements = curve.take();
            }
            trial = &find_trial(connection, trials, number);
        }
        MeasurementRow row;
        row.sequence = rows.integer();
        row.position = rows.integer();
        row.step = rows.integer();
        row.metric = &names.name(rows.integer());
        row.value = read_number(rows);
        curve.add(row);
    }
    if (trial != nullptr) {
        trial->measurements = curve.take();
    }
}

void load_outcome_metrics(
    Connection& connection, StudyKey study, std::vector<Trial>& trials, MetricNames& names
) {
    Statement rows = connection.query(
        "SELECT trial.number, outcome_metric.metric, outcome_metric.kind, outcome_metric.value"
        " FROM trial CROSS JOIN outcome_metric ON outcome_metric.trial = trial.key"
        " WHERE trial.study = ?1 ORDER BY trial.number, outcome_metric.position",
        study.value()
    );
    while (rows.next()) {
        Trial& trial = find_trial(connection, trials, rows.integer());
        const std::string& name = names.name(rows.integer());
        const double value = read_number(rows);
        if (trial.outcome) {
            trial.outcome->metrics.push_back({name, value});
        }
    }
}

}  // namespace

StoredNumber StoredNumber::from(double number) {
    if (std::isfinite(number)) {
        return {kFinite, number};
    }
    return {std::isnan(number) ? kNan : number > 0 ? kPositiveInfinity : kNegativeInfinity, 0};
}

double StoredNumber::number() const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    switch (kind) {
        case kNan:
            return std::numeric_limits<double>::quiet_NaN();
        case kPositiveInfinity:
            return kInfinity;
        case kNegativeInfinity:
            return -kInfinity;
        default:
            return value;
    }
}

std::vector<Measurement> insert_measurements(
    Connection& connection,
    std::int64_t attempt,
    std::int64_t first,
    std::span<const Measurement> measurements
) {
    MetricNames names(connection);
    std::vector<Measurement> inserted;
    std::int64_t sequence = first;
    for (const Measurement& measurement : measurements) {
        Measurement fresh{measurement.step, {}};
        std::int64_t position = 0;
        for (const Metric& metric : measurement.metrics) {
            const StoredNumber number = StoredNumber::from(metric.value);
            const std::int64_t added = connection.run(
                "INSERT INTO measurement (attempt, step, metric, kind, value, sequence, position)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                attempt,
                measurement.step,
                names.key(metric.name),
                number.kind,
                number.value,
                sequence,
                position++
            );
            if (added > 0) {
                fresh.metrics.push_back(metric);
            }
        }
        if (!fresh.metrics.empty()) {
            inserted.push_back(std::move(fresh));
        }
        ++sequence;
    }
    return inserted;
}

void replace_outcome_metrics(
    Connection& connection, std::int64_t trial, const std::vector<Metric>& metrics
) {
    MetricNames names(connection);
    connection.run("DELETE FROM outcome_metric WHERE trial = ?1", trial);
    std::int64_t position = 0;
    for (const Metric& metric : metrics) {
        const StoredNumber number = StoredNumber::from(metric.value);
        connection.run(
            "INSERT INTO outcome_metric (trial, position, metric, kind, value)"
            " VALUES (?1, ?2, ?3, ?4, ?5)",
            trial,
            position++,
            names.key(metric.name),
            number.kind,
            number.value
        );
    }
}

void load_measurements(Connection& connection, const Study& study, std::vector<Trial>& trials) {
    MetricNames names(connection);
    load_curves(connection, study, trials, names);
    load_outcome_metrics(connection, study.key, trials, names);
}

}  // namespace tuner
