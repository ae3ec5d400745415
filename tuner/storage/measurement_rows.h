// The rows of `metric`, `measurement` and `outcome_metric`: numbers that trainers reported. Used by
// storage.cpp and trial_rows.cpp, within their transactions.
//
// SQLite turns NaN into NULL without a word, so a number is stored as a kind and a value.

#pragma once

#include "tuner/storage/sqlite.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tuner {

// A double as two columns: kind 0 and the value, or 1 NaN, 2 +infinity, 3 -infinity with value 0.
struct StoredNumber {
    std::int64_t kind = 0;
    double value = 0;

    static StoredNumber from(double number);
    double number() const;
};

// Adds what an attempt reported as its measurements number first, first + 1, …; a metric that it
// has reported with this step and value before is left out. Answers what was added.
std::vector<Measurement> insert_measurements(
    Connection& connection,
    std::int64_t attempt,
    std::int64_t first,
    std::span<const Measurement> measurements
);

// Makes `metrics` the metrics of a trial's outcome, in place of others.
void replace_outcome_metrics(
    Connection& connection, std::int64_t trial, const std::vector<Metric>& metrics
);

// Gives each trial of a study its measurements in order of arrival, thinned when they are many
// (study/thinning.h), and its outcome the metrics. `trials` are all of the study, by number.
void load_measurements(Connection& connection, const Study& study, std::vector<Trial>& trials);

}  // namespace tuner
