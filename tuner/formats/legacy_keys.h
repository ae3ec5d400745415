// The words of the legacy dialect of hyperparam.yaml: the keys of each mapping and the names of
// each enum (contract.md 2.1, product.md 3). schemas/hyperparam.schema.json spells the same ones; a
// test holds the two together.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/study_config.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tuner::legacy {

using namespace std::string_view_literals;

inline constexpr std::string_view kDefaultMetric = "training/hptuning/metric";

inline constexpr std::array kDocumentKeys{"trainingInput"sv, "jobId"sv, "name"sv, "labels"sv};

// What says how trials run.
inline constexpr std::array kRunKeys{
    "hyperparameters"sv,
    "command"sv,
    "pythonModule"sv,
    "packageUris"sv,
    "args"sv,
    "env"sv,
    "jobDir"sv,
    "timeout"sv,
    "stallTimeout"sv,
    "terminationGrace"sv,
    "maxRetries"sv,
    "maxFailedTrials"sv,
    "resources"sv,
    "executor"sv,
    "slurm"sv,
    "scheduling"sv,
};

// What describes Google's machines: accepted, and without meaning here.
inline constexpr std::array kMachineKeys{
    "scaleTier"sv,
    "masterType"sv,
    "masterConfig"sv,
    "workerType"sv,
    "workerCount"sv,
    "workerConfig"sv,
    "parameterServerType"sv,
    "parameterServerCount"sv,
    "parameterServerConfig"sv,
    "evaluatorType"sv,
    "evaluatorCount"sv,
    "evaluatorConfig"sv,
    "region"sv,
    "runtimeVersion"sv,
    "pythonVersion"sv,
    "serviceAccount"sv,
    "network"sv,
    "encryptionConfig"sv,
    "enableWebAccess"sv,
    "useChiefInTfConfig"sv,
};

inline constexpr std::array kSchedulingKeys{"maxRunningTime"sv, "maxWaitTime"sv, "priority"sv};

inline constexpr std::array kHyperparameterKeys{
    "goal"sv,
    "params"sv,
    "maxTrials"sv,
    "maxParallelTrials"sv,
    "maxFailedTrials"sv,
    "hyperparameterMetricTag"sv,
    "resumePreviousJobId"sv,
    "enableTrialEarlyStopping"sv,
    "algorithm"sv,
    "seed"sv,
    "startingPoints"sv,
    "measurementSelection"sv,
    "stopping"sv,
};

inline constexpr std::array kParameterKeys{
    "parameterName"sv,
    "type"sv,
    "minValue"sv,
    "maxValue"sv,
    "categoricalValues"sv,
    "discreteValues"sv,
    "scaleType"sv,
};

// kRunKeys and kMachineKeys.
constexpr auto all_training_input_keys() {
    std::array<std::string_view, kRunKeys.size() + kMachineKeys.size()> keys;
    std::copy(kRunKeys.begin(), kRunKeys.end(), keys.begin());
    std::copy(kMachineKeys.begin(), kMachineKeys.end(), keys.begin() + kRunKeys.size());
    return keys;
}

inline constexpr auto kTrainingInputKeys = all_training_input_keys();

// The mapping in which a key belongs that stands somewhere else; nothing for an unknown one.
std::optional<std::string_view> section_of(std::string_view key);

enum class ParameterType { real, integer, categorical, discrete };

inline constexpr std::array kGoals{
    Choice<Goal>{"MINIMIZE", 2, Goal::minimize},
    Choice<Goal>{"MAXIMIZE", 1, Goal::maximize},
    Choice<Goal>{"GOAL_TYPE_UNSPECIFIED", 0, Goal::maximize},
};

inline constexpr std::array kParameterTypes{
    Choice<ParameterType>{"DOUBLE", 1, ParameterType::real},
    Choice<ParameterType>{"INTEGER", 2, ParameterType::integer},
    Choice<ParameterType>{"CATEGORICAL", 3, ParameterType::categorical},
    Choice<ParameterType>{"DISCRETE", 4, ParameterType::discrete},
};

inline constexpr std::array kScales{
    Choice<Scale>{"NONE", 0, Scale::linear},
    Choice<Scale>{"UNIT_LINEAR_SCALE", 1, Scale::linear},
    Choice<Scale>{"UNIT_LOG_SCALE", 2, Scale::log},
    Choice<Scale>{"UNIT_REVERSE_LOG_SCALE", 3, Scale::reverse_log},
};

inline constexpr std::array kAlgorithms{
    Choice<Algorithm>{"ALGORITHM_UNSPECIFIED", 0, Algorithm::bayesian},
    Choice<Algorithm>{"BAYESIAN", -1, Algorithm::bayesian},
    Choice<Algorithm>{"GRID_SEARCH", -1, Algorithm::grid},
    Choice<Algorithm>{"RANDOM_SEARCH", -1, Algorithm::random},
    Choice<Algorithm>{"QUASI_RANDOM", -1, Algorithm::quasi_random},
    Choice<Algorithm>{"TPE", -1, Algorithm::tpe},
};

inline constexpr std::array kSelections{
    Choice<MeasurementSelection>{"last", -1, MeasurementSelection::last},
    Choice<MeasurementSelection>{"best", -1, MeasurementSelection::best},
};

}  // namespace tuner::legacy
