// A study that was written on a command line, as the document that a file would hold.
//
// The legacy dialect, as JSON, which is YAML: the same reader takes it, and as YAML it can be kept
// and run as a file. Pure.

#pragma once

#include "tuner/formats/command_line_space.h"
#include "tuner/study/objective.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

struct StudyOnCommandLine {
    CommandLineSpace space;              // its command is the trainer's, or with a module its args
    std::optional<Objective> objective;  // none: a plain run, if there are no parameters either
    std::int64_t max_trials = 1;
    std::int64_t max_parallel_trials = 1;
    std::string python_module;  // instead of a command
    std::vector<std::string> package_uris;
    std::optional<std::string> job_dir;
    std::optional<std::string> scale_tier;
    std::optional<std::uint64_t> seed;
};

nlohmann::ordered_json to_study_document(const StudyOnCommandLine& study);

}  // namespace tuner
