// predict() answers JSON instances, one object per line, with a table of keys and predicted weights
// in pounds, or with one JSON object per line for programs.
//
// The shape of input, table and complaints is that of `gcloud ml-engine local predict`. Predictions
// are neither checked nor clipped. A line that is no instance is a Failure that names the line.

#pragma once

#include "trainer/wide_and_deep.h"

#include <iosfwd>

namespace trainer {

struct PredictTask;

// Reads instances with is_male, mother_age, plurality, gestation_weeks and, if any, key ("nokey").
void predict(WideAndDeep& model, std::istream& instances, std::ostream& out, bool as_json = false);

// The same for the model and the file that the task names.
void predict(const PredictTask& task, std::ostream& out);

}  // namespace trainer
