// The order that the words of a `tuner run` line make: a study file with what the line says instead
// of it, or a study that is written on the line alone. Pure, but for the name of the working
// folder.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/hand_in.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

// What stands on the line.
struct RunWords {
    std::string file;
    std::vector<std::string> rest;  // after --
    std::optional<std::string> minimize;
    std::optional<std::string> maximize;
    std::optional<std::string> name;
    std::optional<std::int64_t> max_trials;
    std::optional<std::int64_t> max_parallel_trials;
    std::optional<std::uint64_t> seed;
    std::optional<std::string> module_name;
    std::string package_path;
    std::string packages;  // archives, joined by commas
    std::optional<std::string> job_dir;
    std::string scale_tier;
    bool force_new = false;
};

// `invalid_argument` says what the line lacks, or has too much.
Result<RunOrder> to_order(const RunWords& words);

// The study of a line without a file as YAML: the file that would say the same.
Result<std::string> to_study_file(const RunWords& words);

// "STANDARD_1" of standard-1: the spelling of files.
std::string to_scale_tier(std::string text);

}  // namespace tuner
