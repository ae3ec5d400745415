// `tuner jobs describe JOB --summarize`: a job as a few tables for people, its trials in order of
// their ids' spelling. Pure.

#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

std::string job_summary(const nlohmann::ordered_json& job);

// The table of `tuner jobs list`.
std::string job_table(const nlohmann::ordered_json& jobs);

}  // namespace tuner
