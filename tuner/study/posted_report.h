// What a trainer, or its user, tells the API about a running trial. A plain value.

#pragma once

#include "tuner/study/measurement.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

struct PostedReport {
    std::optional<std::int64_t> step;  // none: the largest that the trial has reported, or 0
    std::vector<Metric> metrics;
    std::optional<double> objective;  // of the study's own metric, whatever its name
    std::string reason;               // why there can be no result, for the log
};

}  // namespace tuner
