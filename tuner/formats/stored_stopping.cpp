#include "tuner/formats/stored_stopping.h"

#include <nlohmann/json.hpp>

namespace tuner::stored {

Json from_stopping(const Stopping& stopping) {
    if (stopping.kind == StoppingKind::none) {
        return false;
    }
    return {
        {"rule", name_of(stopping.kind)},
        {"unit", name_of(stopping.unit)},
        {"minSteps", stopping.min_steps},
        {"minMeasurements", stopping.min_measurements},
        {"minTrials", stopping.min_trials},
        {"eta", stopping.eta},
        {"maxSteps", stopping.max_steps},
    };
}

Stopping to_stopping(const Json& json) {
    Stopping stopping;
    if (json.is_boolean()) {
        stopping.kind = json.get<bool>() ? StoppingKind::curve : StoppingKind::none;
        return stopping;
    }
    stopping.kind = to_enum<StoppingKind>(json.at("rule"));
    stopping.unit = to_enum<StoppingUnit>(json.at("unit"));
    stopping.min_steps = to_integer(json.at("minSteps"));
    stopping.min_measurements = to_integer(json.at("minMeasurements"));
    stopping.min_trials = to_integer(json.at("minTrials"));
    stopping.eta = to_integer(json.at("eta"));
    stopping.max_steps = to_integer(json.at("maxSteps"));
    if (stopping.min_steps < 1 || stopping.eta < 2 || stopping.max_steps < 0) {
        throw Damaged("a stopping rule out of its range");
    }
    return stopping;
}

}  // namespace tuner::stored
