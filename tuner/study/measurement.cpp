#include "tuner/study/measurement.h"

#include <cmath>

namespace tuner {

namespace {

bool is_preferred(
    const Measurement& candidate,
    const Measurement& present,
    const Objective& objective,
    MeasurementSelection selection
) {
    if (selection == MeasurementSelection::last) {
        return candidate.step >= present.step;
    }
    const double value = *candidate.find(objective.metric);
    const double other = *present.find(objective.metric);
    return std::isfinite(value) &&
           (!std::isfinite(other) || is_better(objective.goal, value, other));
}

}  // namespace

std::optional<double> Measurement::find(std::string_view metric) const {
    for (const Metric& candidate : metrics) {
        if (candidate.name == metric) {
            return candidate.value;
        }
    }
    return std::nullopt;
}

const Measurement* select_measurement(
    const std::vector<Measurement>& measurements,
    const Objective& objective,
    MeasurementSelection selection
) {
    const Measurement* chosen = nullptr;
    for (const Measurement& candidate : measurements) {
        if (candidate.find(objective.metric) &&
            (chosen == nullptr || is_preferred(candidate, *chosen, objective, selection))) {
            chosen = &candidate;
        }
    }
    return chosen;
}

}  // namespace tuner
