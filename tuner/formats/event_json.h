// What events say, as JSON text: the part of GET's objects that can be told without looking at
// anything but what changed.
//
// Bytes that are no UTF-8 are replaced: an event is for reading.

#pragma once

#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <span>
#include <string>

namespace tuner {

// A study without the counts of its trials and its best one, which would need them all.
std::string to_event_json(const Study& study);

// A trial as GET gives it, without measurements.
std::string to_event_json(const Trial& trial, const std::string& study_id);

// {"id": 3, "study": "…", "measurements": [{"step": 5, "metrics": {"rmse": 1.2}}]}: what a trial
// has reported now; null for what is not finite.
std::string to_event_json(
    TrialId trial, const std::string& study_id, std::span<const Measurement> measurements
);

}  // namespace tuner
