// `tuner local predict`: predictions of a model on this machine, without a daemon, with the input,
// table and complaints of `gcloud ml-engine local predict` (contract.md 4.2).
//
// Predictions are neither checked nor clipped.

#pragma once

#include "tuner/cli/command_context.h"
#include "tuner/cli/instances.h"
#include "tuner/cli/predictor.h"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

struct LocalPrediction {
    PredictorChoice predictor;
    InstanceKind kind = InstanceKind::json;
    std::string input;   // a file; "-" is stdin
    std::string format;  // json, yaml; empty: a table of objects, else a line for each value
};

// Objects as a table whose columns are the sorted keys of the first, in capitals; other values one
// on a line.
std::string predictions_text(const nlohmann::ordered_json& predictions);

// 0, or 1 with the reason on stderr.
int predict_locally(const LocalPrediction& prediction, const Output& output);

void add_local_predict(CLI::App& group, CommandContext& context);

}  // namespace tuner
