// generate() writes a synthetic natality sample as the lab's CSV shards, two rows for each birth,
// three quarters of the births for training and one for evaluation.
//
// The same births, shards and seed give the same bytes. It says, on `out` and in noise_floor.json,
// how good the best possible predictor would be on the evaluation rows. Files it does not write
// itself are never touched: foreign shards in the folder, which a trainer would read too, are a
// Failure.

#pragma once

#include "trainer/task.h"

#include <iosfwd>

namespace trainer {

// What the sample is worth to a predictor; errors are root mean squares over the evaluation rows,
// in pounds.
struct SampleSummary {
    std::int64_t train_rows = 0;
    std::int64_t eval_rows = 0;
    double noise_floor =
        0;  // of the true mean given what a row shows: nothing does better, but for luck
    double constant_error = 0;  // of the evaluation rows' own mean
};

SampleSummary generate(const GenerateTask& task, std::ostream& out);

}  // namespace trainer
