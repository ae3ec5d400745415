// The words of the Vizier dialect of hyperparam.yaml for the study itself: the keys of each mapping
// in studySpec and the names of each enum (contract.md 2.3). schemas/hyperparam.schema.json spells
// the same ones; a test holds the two together.

#pragma once

#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/study_config.h"

#include <array>
#include <string_view>

namespace tuner::vizier {

using namespace std::string_view_literals;

inline constexpr std::array kStudySpecKeys{
    "metrics"sv,
    "parameters"sv,
    "algorithm"sv,
    "observationNoise"sv,
    "measurementSelectionType"sv,
    "decayCurveStoppingSpec"sv,
    "medianAutomatedStoppingSpec"sv,
    "convexAutomatedStoppingSpec"sv,
    "defaultStoppingSpec"sv,
    "studyStoppingConfig"sv,
};

inline constexpr std::array kMetricKeys{"metricId"sv, "goal"sv, "safetyConfig"sv};

inline constexpr std::array kParameterKeys{
    "parameterId"sv,
    "doubleValueSpec"sv,
    "integerValueSpec"sv,
    "discreteValueSpec"sv,
    "categoricalValueSpec"sv,
    "scaleType"sv,
    "conditionalParameterSpecs"sv,
};

inline constexpr std::array kRangeKeys{"minValue"sv, "maxValue"sv, "defaultValue"sv};
inline constexpr std::array kListKeys{"values"sv, "defaultValue"sv};

inline constexpr std::array kChildKeys{
    "parameterSpec"sv,
    "parentDiscreteValues"sv,
    "parentIntValues"sv,
    "parentCategoricalValues"sv,
};

inline constexpr std::array kParentValuesKeys{"values"sv};

inline constexpr std::array kElapsedKeys{"useElapsedDuration"sv};

inline constexpr std::array kConvexKeys{
    "maxStepCount"sv,
    "minStepCount"sv,
    "minMeasurementCount"sv,
    "learningRateParameterName"sv,
    "useElapsedDuration"sv,
    "updateAllStoppedTrials"sv,
};

inline constexpr std::array kStudyStoppingKeys{
    "maxNumTrials"sv,
    "minNumTrials"sv,
    "shouldStopAsap"sv,
    "minimumRuntimeConstraint"sv,
    "maximumRuntimeConstraint"sv,
    "maxNumTrialsNoProgress"sv,
    "maxDurationNoProgress"sv,
};

// The names of the stopping rules, of which a study has one at most.
inline constexpr std::array kStoppingKeys{
    "decayCurveStoppingSpec"sv,
    "medianAutomatedStoppingSpec"sv,
    "convexAutomatedStoppingSpec"sv,
    "defaultStoppingSpec"sv,
};

enum class ObservationNoise { unspecified, low, high };

// The same names and numbers in both dialects.
inline constexpr auto kGoals = legacy::kGoals;

inline constexpr std::array kScales{
    Choice<Scale>{"SCALE_TYPE_UNSPECIFIED", 0, Scale::linear},
    Choice<Scale>{"UNIT_LINEAR_SCALE", 1, Scale::linear},
    Choice<Scale>{"UNIT_LOG_SCALE", 2, Scale::log},
    Choice<Scale>{"UNIT_REVERSE_LOG_SCALE", 3, Scale::reverse_log},
};

// The open-source service's names and those that tuner adds are taken too.
inline constexpr std::array kAlgorithms{
    Choice<Algorithm>{"ALGORITHM_UNSPECIFIED", 0, Algorithm::bayesian},
    Choice<Algorithm>{"DEFAULT", -1, Algorithm::bayesian},
    Choice<Algorithm>{"BAYESIAN", -1, Algorithm::bayesian},
    Choice<Algorithm>{"GAUSSIAN_PROCESS_BANDIT", -1, Algorithm::bayesian},
    Choice<Algorithm>{"GRID_SEARCH", -1, Algorithm::grid},
    Choice<Algorithm>{"RANDOM_SEARCH", -1, Algorithm::random},
    Choice<Algorithm>{"QUASI_RANDOM", -1, Algorithm::quasi_random},
    Choice<Algorithm>{"TPE", -1, Algorithm::tpe},
};

inline constexpr std::array kSelections{
    Choice<MeasurementSelection>{
        "MEASUREMENT_SELECTION_TYPE_UNSPECIFIED", 0, MeasurementSelection::last},
    Choice<MeasurementSelection>{"LAST_MEASUREMENT", 1, MeasurementSelection::last},
    Choice<MeasurementSelection>{"BEST_MEASUREMENT", 2, MeasurementSelection::best},
};

inline constexpr std::array kNoises{
    Choice<ObservationNoise>{"OBSERVATION_NOISE_UNSPECIFIED", 0, ObservationNoise::unspecified},
    Choice<ObservationNoise>{"LOW", 1, ObservationNoise::low},
    Choice<ObservationNoise>{"HIGH", 2, ObservationNoise::high},
};

}  // namespace tuner::vizier
