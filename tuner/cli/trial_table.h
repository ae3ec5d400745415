// Studies and trials as tables: the columns that `tuner list`, `tuner trials` and the ranking at
// the end of `tuner run` share. Pure.

#pragma once

#include "tuner/cli/table.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// One row for each study. With `exact`, columns and digits for programs.
Table studies_table(const nlohmann::ordered_json& studies, bool exact);

// One row for each trial: its rank, number, state, the objective under its metric's name, each
// parameter of any of them, how long it took, and why it ended. An empty metric is that of a plain
// run.
Table trials_table(const nlohmann::ordered_json& trials, const std::string& metric, bool exact);

// Whether a study is a plain run, which has no metric to rank by and one trial.
bool is_plain(const nlohmann::ordered_json& study);

// Whether its number of trials is bounded: that of a study which only ends when nobody asks any
// more is the largest there can be.
bool has_end(const nlohmann::ordered_json& study);

// "7 completed, 5 running, 1 failed": the counts of a study that are not zero; "none yet".
std::string counts_text(const nlohmann::ordered_json& study);

// How long a trial took or has taken so far; "-" before it starts or while it runs.
std::string trial_duration(const nlohmann::ordered_json& trial);

}  // namespace tuner
