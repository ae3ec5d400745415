// What an event about a study carries: the study without its trials, so that telling of a change
// costs the same however many there are.

#pragma once

#include "tuner/study/study.h"

#include <string>

namespace tuner {

// {"id", "name", "state", "reason", "message", limits, times} as JSON text; bytes that are no UTF-8
// are replaced.
std::string to_event_json(const Study& study);

}  // namespace tuner
