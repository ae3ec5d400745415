// What one line of a trainer's metrics file says: metrics, and perhaps their step.
//
// Read are `name=value` words and one flat JSON object per line, whose numbers may be written as
// texts (the hypertune way). Anything else says nothing. A pure function.

#pragma once

#include "tuner/study/measurement.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tuner {

struct SaidLine {
    std::optional<std::int64_t> step;
    std::vector<Metric> metrics;
};

// `is_hypertune`: the line is from the hypertune file, whose `trial` and `timestamp` are no
// metrics. Nothing when the line has no metric.
std::optional<SaidLine> parse_said_line(std::string_view line, bool is_hypertune);

}  // namespace tuner
