// The bodies of calls of the Vizier service's REST API (contract.md 5.1, 5.3): JSON of protocol
// buffers, in lowerCamelCase or the buffers' own snake_case, 64-bit integers as texts or numbers.
//
// An unknown field, a wrong type or a missing field is `invalid_argument` and names the field. Our
// measurements have no elapsed time: one that has nothing else comes after the last one. Pure.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/asked_trial.h"
#include "tuner/study/search_space.h"

#include <string>
#include <string_view>

namespace tuner::vizier {

// Their numbers make the operation's name, which must fit into a request's target.
inline constexpr std::int64_t kMaxSuggestions = 250;
inline constexpr std::size_t kMaxClientIdBytes = 256;

// CreateStudy: the document of the study, and what it is called.
struct WantedStudy {
    std::string document;
    std::string display_name;
};

Result<WantedStudy> parse_study(std::string_view body);

// LookupStudy: the displayName.
Result<std::string> parse_lookup(std::string_view body);

// SuggestTrials. The client must have a name.
Result<AskRequest> parse_suggest(std::string_view body);

// CreateTrial: parameters and perhaps its end, a finalMeasurement or the state INFEASIBLE.
Result<BroughtTrial> parse_trial(std::string_view body, const SearchSpace& space);

// AddTrialMeasurement; without a stepCount, which then needs an elapsedDuration, the step is open.
Result<PostedReport> parse_measurement(std::string_view body);

// CompleteTrial: a finalMeasurement, infeasible, or nothing.
Result<PostedReport> parse_completion(std::string_view body);

// Of calls that take no field at all: {} or nothing.
Result<void> parse_nothing(std::string_view body);

}  // namespace tuner::vizier
