#include "trainer/train_and_evaluate.h"

#include "trainer/dataset.h"
#include "trainer/example_stream.h"
#include "trainer/exported_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include <fmt/format.h>

namespace trainer {

namespace {

// The model's own batches when it evaluates; small enough for the cache.
constexpr int kPredictBatch = 512;
// Points of the training loss's curve in the event file.
constexpr std::int64_t kLossPoints = 100;

std::int64_t eval_rows(const TrainTask& task) {
    constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
    const std::int64_t steps = task.eval_steps.value_or(kAll);
    return steps > kAll / kEvalBatchRows ? kAll : steps * kEvalBatchRows;
}

}  // namespace

Evaluation evaluate(WideAndDeep& model, std::span<const Example> examples, std::int64_t rows) {
    const auto count = std::min(examples.size(), static_cast<std::size_t>(rows));
    std::vector<float> predictions(static_cast<std::size_t>(model.batch_size_max()));
    double squared_errors = 0;
    for (std::size_t begin = 0; begin < count; begin += predictions.size()) {
        const auto batch = examples.subspan(begin, std::min(predictions.size(), count - begin));
        const auto predicted = std::span(predictions).first(batch.size());
        model.predict(batch, predicted);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const double error = predicted[i] - batch[i].weight_pounds;
            squared_errors += error * error;
        }
    }
    const double mean = squared_errors / static_cast<double>(count);
    const std::size_t batches = (count + kEvalBatchRows - 1) / kEvalBatchRows;
    return Evaluation{
        .average_loss = static_cast<float>(mean),
        .loss = static_cast<float>(squared_errors / static_cast<double>(batches)),
        .rmse = static_cast<float>(std::sqrt(mean)),
    };
}

void train(
    WideAndDeep& model,
    std::span<const Example> examples,
    const TrainTask& task,
    const TrainingEvents& events
) {
    const std::int64_t steps = task.steps();
    const std::int64_t eval_interval = std::max<std::int64_t>(task.eval_every / task.batch_size, 1);
    const std::int64_t loss_interval = std::max<std::int64_t>(steps / kLossPoints, 1);
    ExampleStream stream(examples, task.seed);
    std::vector<Example> batch(static_cast<std::size_t>(task.batch_size));
    double loss = 0;
    for (std::int64_t step = 1; step <= steps; ++step) {
        stream.next(batch);
        loss += model.compute_gradients(batch);
        model.step(task.rates);
        if (step % loss_interval == 0) {
            const auto seen = static_cast<double>(loss_interval * task.batch_size);
            events.trained(step, static_cast<float>(loss / seen));
            loss = 0;
        }
        if (step % eval_interval == 0 || step == steps) {
            events.evaluate(step);
        }
    }
}

Evaluation train_and_evaluate(
    const TrainTask& task, const Environment& environment, std::ostream& out
) {
    const std::vector<Example> train_examples = read_shards(task.data_dir, "train", task.pattern);
    const std::vector<Example> eval_examples = read_shards(task.data_dir, "eval", task.pattern);
    out << fmt::format(
               "{} train rows, {} eval rows; {} steps of {} examples\n",
               train_examples.size(),
               eval_examples.size(),
               task.steps(),
               task.batch_size
           )
        << std::flush;

    ModelShape shape = task.shape;
    shape.mean_weight = mean_weight_pounds(train_examples);
    WideAndDeep model(shape, std::max(task.batch_size, kPredictBatch), task.seed);
    Reporter reporter(task.output_dir, environment, out);
    Evaluation last;
    const TrainingEvents events{
        .trained = [&](std::int64_t step, float loss) { reporter.trained(step, loss); },
        .evaluate =
            [&](std::int64_t step) {
                last = evaluate(model, eval_examples, eval_rows(task));
                reporter.evaluated(step, last);
            },
    };
    train(model, train_examples, task, events);
    const std::filesystem::path exported = export_model(model, task.output_dir);
    out << fmt::format("SavedModel written to: {}\n", exported.string()) << std::flush;
    return last;
}

}  // namespace trainer
