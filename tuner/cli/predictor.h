// The predictor of a model's folder: the command that answers instances with that model. It reads
// one JSON instance per line from stdin and writes one JSON prediction per line to stdout.
//
// A folder with predict.json says itself which command that is: {"command": ["PROGRAM",
// "ARGUMENT", …]}, where {model_dir} stands for the folder. A program without a slash is looked up
// on PATH and beside tuner, one with a slash in the folder. Otherwise the model is one of
// TensorFlow, scikit-learn or XGBoost and the user's python3 loads it. Using a model runs what its
// folder says: models are programs.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/program.h"

#include <string>
#include <vector>

namespace tuner {

struct PredictorChoice {
    std::string model_dir;  // a model's folder, one of folders named by time, or a trial's folder
    std::string framework;  // tensorflow, scikit-learn, xgboost; empty: what the folder looks like
    std::string signature;  // of a TensorFlow model
    std::vector<std::string> command;  // the user's own; {model_dir} is replaced
};

// `not_found` when there is no such folder, `invalid_argument` when nothing says how to predict.
Result<Program> find_predictor(const PredictorChoice& choice);

}  // namespace tuner
