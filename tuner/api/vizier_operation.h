// The operations of the Vizier face: each is done when it is answered, and its name says what it
// answered.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/api/vizier_call.h"

#include <vector>

namespace tuner::vizier {

// What :suggest found.
Response answer_suggested(
    const Request& request, const TuningService& service, const std::vector<TrialId>& found
);

// What :checkTrialEarlyStoppingState found.
Response answer_checked(
    const Request& request, const TuningService& service, const FoundTrial& found, bool should_stop
);

}  // namespace tuner::vizier
