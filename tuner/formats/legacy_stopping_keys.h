// The keys and names of `stopping`, tuner's own addition to the legacy dialect.

#pragma once

#include "tuner/formats/legacy_keys.h"
#include "tuner/study/stopping.h"

namespace tuner::legacy {

inline constexpr std::array kStoppingKeys{
    "type"sv,
    "unit"sv,
    "minSteps"sv,
    "minMeasurements"sv,
    "minTrials"sv,
    "eta"sv,
    "maxSteps"sv,
};

inline constexpr std::array kStoppingKinds{
    Choice<StoppingKind>{"MEDIAN", -1, StoppingKind::median},
    Choice<StoppingKind>{"CURVE", -1, StoppingKind::curve},
    Choice<StoppingKind>{"ASHA", -1, StoppingKind::asha},
};

inline constexpr std::array kStoppingUnits{
    Choice<StoppingUnit>{"STEPS", -1, StoppingUnit::steps},
    Choice<StoppingUnit>{"MEASUREMENTS", -1, StoppingUnit::measurements},
};

}  // namespace tuner::legacy
