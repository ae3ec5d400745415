// A Measurement is what an attempt reported at one step: one or more metrics. A value may be NaN or
// infinite here; what that means is decided where a trial ends (Trial::complete).

#pragma once

#include "tuner/study/names.h"
#include "tuner/study/objective.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct Metric {
    std::string name;
    double value = 0;

    friend bool operator==(const Metric&, const Metric&) = default;
};

struct Measurement {
    std::int64_t step = 0;  // the trainer's own unit: batches, epochs, trees; up to 2^63 - 1
    std::vector<Metric> metrics;

    // The value of a metric, or nothing when this measurement has none of that name.
    std::optional<double> find(std::string_view metric) const;

    friend bool operator==(const Measurement&, const Measurement&) = default;
};

// A metric by which a trainer says that its point is none where there could be a result.
inline constexpr std::string_view kInfeasibleMetric = "tuner/infeasible";

// Which of a trial's measurements becomes its result.
enum class MeasurementSelection {
    last,  // the largest step; the later report wins among equal steps
    best,  // the best value by the goal; the first of equals
};

// The measurement that counts for `objective` out of those in order of arrival; null when none has
// the metric. With `best`, values that are not finite count only when there is no other.
const Measurement* select_measurement(
    const std::vector<Measurement>& measurements,
    const Objective& objective,
    MeasurementSelection selection
);

template <>
struct Names<MeasurementSelection> {
    static constexpr std::array entries{
        named(MeasurementSelection::last, "last"),
        named(MeasurementSelection::best, "best"),
    };
};

}  // namespace tuner
