// Reporter tells the world how training goes, in every way that a tuning service may be listening
// for: lines on stdout, TensorBoard event files, and the metric file of cloudml-hypertune.
//
// Owned by one run. stdout is flushed with each report, so that a reader behind a pipe sees it at
// once.

#pragma once

#include "trainer/event_writer.h"
#include "trainer/metric_file.h"
#include "trainer/task.h"

#include <iosfwd>
#include <optional>

namespace trainer {

// What one look at the evaluation rows found. NaN when training diverged.
struct Evaluation {
    float average_loss = 0;  // mean squared error, square pounds
    float loss = 0;          // mean over the evaluation batches of their summed squared errors
    float rmse = 0;          // root mean squared error, pounds
};

class Reporter {
  public:
    // Event files go to `trial_dir` (training) and `trial_dir`/eval.
    Reporter(
        const std::filesystem::path& trial_dir, const Environment& environment, std::ostream& out
    );

    // The mean squared error of the batches since the last call.
    void trained(std::int64_t step, float average_loss);

    // Two lines on stdout, TensorFlow's and a JSON object with rmse and step; an event; the metric
    // file.
    void evaluated(std::int64_t step, const Evaluation& evaluation);

  private:
    std::ostream& out_;
    EventWriter train_events_;
    EventWriter eval_events_;
    std::optional<MetricFile> metric_file_;
};

}  // namespace trainer
