// The bodies of the calls by which a client that evaluates trials itself asks for them and brings
// its own. Unknown fields and wrong types are `invalid_argument` and name the field. Pure.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/asked_trial.h"
#include "tuner/study/search_space.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tuner {

inline constexpr std::int64_t kMaxAskedTrials = 1'000;
inline constexpr std::size_t kMaxClientBytes = 256;

// {"count": 2, "client": "w1"}; an empty body asks for one, for a client without a name.
Result<AskRequest> parse_ask(std::string_view body);

// {"parameters": {…}} and perhaps what parse_complete() takes.
Result<BroughtTrial> parse_brought_trial(std::string_view body, const SearchSpace& space);

}  // namespace tuner
