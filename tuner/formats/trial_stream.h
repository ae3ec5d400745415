// One line of what a trainer says, as a measurement: of its output, or of the metric file that
// cloudml-hypertune writes (contract.md 3.5).
//
// Output is mostly talk, so the grammar is strict: a line counts only when all of it is
// measurement – "rmse=1.09", "step=300 rmse=1.09, loss=2.1", {"rmse": 1.09, "step": 300}, or
// TensorFlow's "Saving dict for global step 5714: loss = 3.4, rmse = 1.03". `step`, `global_step`
// and `epoch` (the first of these that is there) say where it was measured and are no metrics
// themselves; a line without them has no step, and the caller numbers such lines as it likes. NaN
// and infinities are values. No locale, no exceptions, no state: safe on any thread.

#pragma once

#include "tuner/study/measurement.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxMetricLineBytes = 64 << 10;
inline constexpr std::size_t kMaxMetricNameBytes = 256;
inline constexpr std::size_t kMaxMetricsPerLine = 100;

struct ParsedLine {
    std::optional<std::int64_t> step;  // not negative
    std::vector<Metric> metrics;       // at least one; the later of two of one name
    std::optional<double> timestamp;   // seconds since 1970, where the line says so

    friend bool operator==(const ParsedLine&, const ParsedLine&) = default;
};

// False only for lines that parse_metric_line refuses, and for nearly all of those. Looks at a few
// characters and allocates nothing: the filter before the parser.
bool may_be_metric(std::string_view line);

// A line of output, with or without its line end; nothing when it is not a measurement.
std::optional<ParsedLine> parse_metric_line(std::string_view line);

// A line of the hypertune metric file; nothing for one that is empty, cut off or without a metric
// (the file is rewritten in place, so a reader may see any prefix of it).
std::optional<ParsedLine> parse_hypertune_line(std::string_view line);

}  // namespace tuner
