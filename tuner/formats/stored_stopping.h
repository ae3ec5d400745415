// A rule of early stopping in a stored configuration: an object, or false without a rule, as older
// versions wrote it; their true asked for the curve rule.

#pragma once

#include "tuner/formats/stored_values.h"
#include "tuner/study/stopping.h"

namespace tuner::stored {

Json from_stopping(const Stopping& stopping);

// Throws Damaged, or what nlohmann_json throws, when it is no such value.
Stopping to_stopping(const Json& json);

}  // namespace tuner::stored
