#include "trainer/task.h"

#include "trainer/errors.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trainer {

namespace {

constexpr std::string_view kProgram = "babyweight-trainer";
constexpr IntegerRange kAnyNatural{0, std::numeric_limits<std::int64_t>::max()};
constexpr IntegerRange kAnyPositive{1, std::numeric_limits<std::int64_t>::max()};
// Evaluations of a run that names no interval: enough for early stopping to see a curve.
constexpr std::int64_t kEvaluations = 10;

constexpr std::array kTrainFlags = std::to_array<FlagSpec>({
    {"--train-data", Takes::one, "folder of the shards train*PATTERN* and eval*PATTERN*"},
    {"--bucket", Takes::one, "instead of --train-data: data in BUCKET/babyweight/preproc"},
    {"--pattern", Takes::one, "part of the shards' names (of)"},
    {"--output_dir", Takes::one, "results; the trial's number is appended"},
    {"--job-dir", Takes::one, "results, when there is no --output_dir"},
    {"--batch_size", Takes::one, "examples of one step (512)"},
    {"--nembeds", Takes::one, "dimensions of the crossed feature's embedding (3)"},
    {"--nnsize", Takes::some, "sizes of the hidden layers (128 32 4)"},
    {"--train_examples", Takes::one, "how many examples to train on, in thousands (5000)"},
    {"--eval_steps", Takes::one, "evaluate on so many batches of 32768 rows (all rows)"},
    {"--eval-every", Takes::one, "examples between two evaluations (a tenth of the run)"},
    {"--wide-rate", Takes::one, "learning rate of FTRL for the linear part (0.2)"},
    {"--deep-rate", Takes::one, "learning rate of Adagrad for the deep part (0.02)"},
    {"--wide-only", Takes::nothing, "the linear part alone, as a baseline"},
    {"--seed", Takes::one, "of the first weights and of the order of examples (0)"},
});

constexpr std::array kGenerateFlags = std::to_array<FlagSpec>({
    {"--output-dir", Takes::one, "folder to write train.csv-* and eval.csv-* to"},
    {"--births", Takes::one, "how many births; each gives two rows (100000)"},
    {"--shards", Takes::one, "files of each kind (10)"},
    {"--seed", Takes::one, "the same seed gives the same files (2008)"},
});

constexpr std::array kPredictFlags = std::to_array<FlagSpec>({
    {"--model-dir", Takes::one, "a trial's folder, its export folder or one model's folder"},
    {"--json-instances", Takes::one, "file of one JSON object per line; - is standard input"},
    {"--format", Takes::one, "table (the default) or json: one prediction per line"},
});

std::string required(const Flags& flags, std::string_view name) {
    const std::string value = flags.text(name, "");
    if (value.empty()) {
        throw UsageError(fmt::format("argument {}: is required", name));
    }
    return value;
}

// A gs:// address is no place that this program can read or write.
std::string local_path(std::string_view flag, const std::string& path, std::string_view advice) {
    if (path.starts_with("gs://")) {
        throw UsageError(fmt::format("argument {}: {} is not a local path; {}", flag, path, advice)
        );
    }
    return path;
}

std::filesystem::path data_dir(const Flags& flags) {
    if (flags.has("--train-data")) {
        constexpr std::string_view kAdvice = "copy the shards here and name their folder";
        return local_path("--train-data", required(flags, "--train-data"), kAdvice);
    }
    if (!flags.has("--bucket")) {
        throw UsageError("argument --train-data: is required (or --bucket with a local path)");
    }
    constexpr std::string_view kAdvice =
        "copy the shards here and name their folder by --train-data";
    const std::filesystem::path bucket =
        local_path("--bucket", required(flags, "--bucket"), kAdvice);
    return bucket / "babyweight" / "preproc";
}

std::string trial_of(const std::string& tf_config) {
    if (tf_config.empty()) {
        return "";
    }
    try {
        const auto config = nlohmann::json::parse(tf_config);
        const auto trial =
            config.value(nlohmann::json::json_pointer("/task/trial"), nlohmann::json());
        if (trial.is_null()) {
            return "";
        }
        return trial.is_string() ? trial.get<std::string>() : trial.dump();
    } catch (const nlohmann::json::exception& error) {
        throw Failure(fmt::format("TF_CONFIG is not a JSON object: {}", error.what()));
    }
}

std::filesystem::path output_dir(const Flags& flags, const Environment& environment) {
    constexpr std::string_view kAdvice = "name a local folder";
    if (flags.has("--output_dir")) {
        const std::filesystem::path dir =
            local_path("--output_dir", required(flags, "--output_dir"), kAdvice);
        const std::string trial = trial_of(environment.tf_config);
        return trial.empty() ? dir : dir / trial;
    }
    if (flags.has("--job-dir")) {
        return local_path("--job-dir", required(flags, "--job-dir"), kAdvice);
    }
    throw UsageError("argument --output_dir: is required (or --job-dir)");
}

ModelShape model_shape(const Flags& flags) {
    ModelShape shape;
    shape.nembeds = static_cast<int>(flags.integer("--nembeds", shape.nembeds, kEmbeddingSizes));
    shape.hidden = flags.integers("--nnsize", shape.hidden, kLayerSizes);
    if (shape.hidden.size() > kLayersMax) {
        throw UsageError(fmt::format(
            "argument --nnsize: {} layers are more than {}", shape.hidden.size(), kLayersMax
        ));
    }
    if (flags.has("--wide-only")) {
        shape.hidden.clear();
    }
    return shape;
}

std::uint64_t seed_of(const Flags& flags, std::uint64_t otherwise) {
    const auto fallback = static_cast<std::int64_t>(otherwise);
    return static_cast<std::uint64_t>(flags.integer("--seed", fallback, kAnyNatural));
}

std::string from_environment(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

}  // namespace

std::int64_t TrainTask::steps() const {
    return (train_examples + batch_size - 1) / batch_size;
}

Environment read_environment() {
    Environment environment{
        .tf_config = from_environment("TF_CONFIG"),
        .metric_file = from_environment("CLOUD_ML_HP_METRIC_FILE"),
        .metric_tag = from_environment("CLOUD_ML_HP_METRIC_TAG"),
    };
    const std::string trial = from_environment("CLOUD_ML_TRIAL_ID");
    if (!trial.empty()) {
        environment.trial_id = trial;
    }
    return environment;
}

TrainTask parse_train_task(std::span<const std::string> args, const Environment& environment) {
    const Flags flags(kTrainFlags, args);
    TrainTask task;
    task.data_dir = data_dir(flags);
    task.pattern = flags.text("--pattern", task.pattern);
    task.output_dir = output_dir(flags, environment);
    task.shape = model_shape(flags);
    task.rates.wide = static_cast<float>(flags.positive("--wide-rate", task.rates.wide));
    task.rates.deep = static_cast<float>(flags.positive("--deep-rate", task.rates.deep));
    task.batch_size = static_cast<int>(flags.integer("--batch_size", task.batch_size, kBatchSizes));
    task.train_examples = 1'000 * flags.integer("--train_examples", 5'000, kTrainExamples);
    if (flags.has("--eval_steps")) {
        task.eval_steps = flags.integer("--eval_steps", 1, kAnyPositive);
    }
    const std::int64_t tenth = std::max<std::int64_t>(task.train_examples / kEvaluations, 1);
    task.eval_every = flags.integer("--eval-every", tenth, kAnyPositive);
    task.seed = seed_of(flags, task.seed);
    return task;
}

GenerateTask parse_generate_task(std::span<const std::string> args) {
    const Flags flags(kGenerateFlags, args);
    GenerateTask task;
    task.output_dir = required(flags, "--output-dir");
    task.births = flags.integer("--births", task.births, kBirths);
    task.shards = static_cast<int>(flags.integer("--shards", task.shards, kShards));
    task.seed = seed_of(flags, task.seed);
    return task;
}

PredictTask parse_predict_task(std::span<const std::string> args) {
    const Flags flags(kPredictFlags, args);
    const std::string format = flags.text("--format", "table");
    if (format != "table" && format != "json") {
        throw UsageError(fmt::format("argument --format: '{}' is neither table nor json", format));
    }
    return PredictTask{
        .model_dir = required(flags, "--model-dir"),
        .json_instances = required(flags, "--json-instances"),
        .as_json = format == "json",
    };
}

std::string usage_of(std::string_view command) {
    const std::string program = fmt::format("{} {}", kProgram, command);
    if (command == "train") {
        return usage_text(program, kTrainFlags);
    }
    if (command == "generate") {
        return usage_text(program, kGenerateFlags);
    }
    if (command == "predict") {
        return usage_text(program, kPredictFlags);
    }
    return usage_of("generate") + usage_of("train") + usage_of("predict");
}

}  // namespace trainer
