// A JobFilter is the legacy tool's --filter: which jobs of a list are meant.
//
//   jobId:census*     state:FAILED     jobId:rnn* AND NOT state=RUNNING     labels.team=a OR …
//
// KEY:PATTERN compares whole values without regard to case, where * stands for anything; KEY=VALUE
// and != compare exactly, < <= > >= numbers or texts in order. A key is a path into the Job;
// through a list, any of its values will do. Terms that follow each other must all hold. Pure.

#pragma once

#include "tuner/base/result.h"

#include <functional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

inline constexpr int kMaxFilterDepth = 32;  // of parentheses and NOTs

using JobFilter = std::function<bool(const nlohmann::ordered_json& job)>;

// An empty text means every job; `invalid_argument` says what could not be read.
Result<JobFilter> parse_job_filter(std::string_view text);

}  // namespace tuner
