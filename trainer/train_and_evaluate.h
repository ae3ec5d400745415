// train_and_evaluate() is a run from data to exported model: read the shards, train for the task's
// steps, evaluate at intervals and after the last step, export.
//
// One thread; the same flags, seed and data give the same numbers on one machine, bit for bit.
// Training that diverges reports NaN and goes on to its end: that is a result about the parameters,
// not a failure.

#pragma once

#include "trainer/reporter.h"
#include "trainer/task.h"
#include "trainer/wide_and_deep.h"

#include <functional>
#include <iosfwd>
#include <span>

namespace trainer {

// Root mean squared error and losses over the first `rows` examples (or all, when there are fewer),
// at least one.
Evaluation evaluate(WideAndDeep& model, std::span<const Example> examples, std::int64_t rows);

// What happens while training; called between steps, with the number of steps done.
struct TrainingEvents {
    std::function<void(std::int64_t step, float average_loss)> trained;
    std::function<void(std::int64_t step)> evaluate;
};

// Trains for task.steps() steps of task.batch_size examples, `evaluate` being called after the last
// one at least.
void train(
    WideAndDeep& model,
    std::span<const Example> examples,
    const TrainTask& task,
    const TrainingEvents& events
);

// The whole run. Returns the last evaluation; throws Failure.
Evaluation train_and_evaluate(
    const TrainTask& task, const Environment& environment, std::ostream& out
);

}  // namespace trainer
