// What somebody who evaluates trials himself wants of a study, and brings to it. Plain values.

#pragma once

#include "tuner/study/assignment.h"
#include "tuner/study/posted_report.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tuner {

// Trials to evaluate.
struct AskRequest {
    std::int64_t count = 1;  // 1 to kMaxAskedTrials
    std::string client;      // who asks; the same one gets its unfinished trials again
};

// A trial of the user's own.
struct BroughtTrial {
    Assignment assignment;
    std::optional<PostedReport> result;  // none: it is the next to be run, or asked for
};

}  // namespace tuner
