// What becomes of a trial whose end is told by whoever evaluated it. Pure.
//
// The last word is the result, whatever was measured before; without one, the study's
// measurementSelection chooses from what was measured. A trial that was told to stop is pruned: its
// value is not what it would have come to.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/posted_report.h"
#include "tuner/study/study_config.h"
#include "tuner/study/trial.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

// All that a report says, its objective as the study's own metric.
std::vector<Metric> metrics_of(PostedReport report, const Objective& objective);

// Whether `report` says again what ended `trial`: a client that never heard the answer tells
// once more. Only what it says is compared; one that says nothing agrees with any result.
bool was_told(const Trial& trial, const PostedReport& report, const Objective& objective);

// The trial, running or pending, after `last` (none: with what it has measured). kInfeasibleMetric
// among its metrics, or an objective that is not finite, makes it fail as infeasible; `reason` says
// why. `invalid_argument` when `last` lacks the objective, `conflict` when nothing ever said it.
Result<Trial> conclude_told(
    Trial trial,
    const std::optional<Measurement>& last,
    const std::string& reason,
    const StudyConfig& config,
    TimePoint now
);

}  // namespace tuner
