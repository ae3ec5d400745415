// The bodies of the calls by which a trainer reports: what was measured, and what it came to.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/posted_report.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tuner {

inline constexpr std::size_t kMaxReportBytes = 64 << 10;
inline constexpr std::size_t kMaxReportedMetrics = 100;
inline constexpr std::size_t kMaxReasonBytes = 4'096;

// {"step": 300, "metrics": {"rmse": 1.2}}. A value is a number or "NaN", "Infinity", "-Infinity".
Result<PostedReport> parse_measure(std::string_view body);

// {"objective": 1.2}, {"metrics": {…}, "step": 900} or {"infeasible": true, "reason": "…"}.
Result<PostedReport> parse_complete(std::string_view body);

// The same of a trial that was asked for, or nothing: it came to what was measured.
Result<PostedReport> parse_last_word(std::string_view body);

}  // namespace tuner
