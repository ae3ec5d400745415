// A study as a Job of the legacy service's API (ml v1; contract.md 3.8 and 4.4).
//
// Every study is a job: its id is the job's, its document the job's trainingInput. Where tuner
// knows more states than the legacy service did, the nearest word stands: a study that was paused
// because its first trials all failed is FAILED, one that was paused otherwise is QUEUED, since it
// waits to go on. Pure.

#pragma once

#include "tuner/study/history.h"
#include "tuner/study/study.h"

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLING or CANCELLED. A study that ended well without a
// single result is FAILED: there is nothing that anybody could use.
std::string_view job_state(const Study& study, const History& history);

nlohmann::ordered_json to_job_json(const Study& study, const History& history);

}  // namespace tuner
