// A task is what one run of the program has to do: the flags of `train`, `generate` or `predict`,
// checked, and what the environment of a tuning service adds.
//
// The flags of `train` are those of the lab's task.py, in its spelling. Each parse function throws
// UsageError.

#pragma once

#include "trainer/flags.h"
#include "trainer/wide_and_deep.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace trainer {

// Rows of one evaluation batch, as in the lab; --eval_steps counts these.
inline constexpr std::int64_t kEvalBatchRows = 1 << 15;
inline constexpr IntegerRange kBatchSizes{1, 1 << 20};
inline constexpr IntegerRange kEmbeddingSizes{1, 1'024};
inline constexpr IntegerRange kLayerSizes{1, 1 << 16};
inline constexpr std::size_t kLayersMax = 16;
// Thousands of examples; a thousand times the largest still counts in 64 bits.
inline constexpr IntegerRange kTrainExamples{1, 1'000'000'000};
inline constexpr IntegerRange kBirths{1, 100'000'000};
// Shards of both kinds are open at once, and a process may hold 1,024 files.
inline constexpr IntegerRange kShards{1, 100};

struct TrainTask {
    std::filesystem::path data_dir;
    std::string pattern = "of";
    std::filesystem::path
        output_dir;  // the trial's folder, with the trial's number where one is due
    ModelShape shape;
    LearningRates rates;
    int batch_size = 512;
    std::int64_t train_examples = 5'000'000;
    std::optional<std::int64_t> eval_steps;  // none: all rows
    std::int64_t eval_every = 500'000;       // examples between evaluations
    std::uint64_t seed = 0;

    // train_examples / batch_size, rounded up: a run of one batch and a bit takes two steps.
    std::int64_t steps() const;
};

struct GenerateTask {
    std::filesystem::path output_dir;
    std::int64_t births = 100'000;
    int shards = 10;
    std::uint64_t seed = 2008;
};

struct PredictTask {
    std::filesystem::path model_dir;
    std::string json_instances;  // a file, or "-" for stdin
    bool as_json = false;        // one prediction per line instead of a table
};

// What a tuning service says through environment variables; all of it may be absent.
struct Environment {
    std::string tf_config{};     // TF_CONFIG, JSON; task.trial is the trial's number
    std::string trial_id = "0";  // CLOUD_ML_TRIAL_ID
    std::string metric_file{};   // CLOUD_ML_HP_METRIC_FILE
    std::string metric_tag{};    // CLOUD_ML_HP_METRIC_TAG
};

Environment read_environment();

// With --output_dir the trial's number is appended to it; --job-dir, which stands in when there is
// none, already has it from the service.
TrainTask parse_train_task(std::span<const std::string> args, const Environment& environment);
GenerateTask parse_generate_task(std::span<const std::string> args);
PredictTask parse_predict_task(std::span<const std::string> args);

// The usage of all three, or of one.
std::string usage_of(std::string_view command);

}  // namespace trainer
