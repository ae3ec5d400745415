// Domain values as texts for the database, and back exactly: what is read equals what was written.
//
// Equal values give equal texts. Doubles are written so that they read back the same, and 1, 1.0
// and "1" stay apart; a double that JSON cannot spell is {"real": "NaN"}, a text that is not UTF-8
// (a path or an argument may be any bytes) is {"hex": "ff00"}. Reading fails only on a damaged
// record, with `internal` and the reason.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/study_config.h"
#include "tuner/study/suggestion.h"

#include <string>
#include <string_view>

namespace tuner {

std::string to_stored_config(const StudyConfig& config);
Result<StudyConfig> from_stored_config(std::string_view text);

// The same record over many lines: for people and golden files.
std::string to_readable_config(const StudyConfig& config);

std::string to_stored_assignment(const Assignment& assignment);
Result<Assignment> from_stored_assignment(std::string_view text);

std::string to_stored_provenance(const Provenance& provenance);
Result<Provenance> from_stored_provenance(std::string_view text);

}  // namespace tuner
