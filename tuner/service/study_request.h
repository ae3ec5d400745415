// `tuner run`: what a user asks for, and the study that it is: a file or a document, with what the
// command line says instead of it.
//
// Reads the file, and nothing else of the world.

#pragma once

#include "tuner/base/result.h"
#include "tuner/storage/storage_input.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

struct Host;

// Create the study of a file, or go on with it. A plain run that has ended is run again, as a new
// study.
struct RunRequest {
    std::string file;         // absolute path of the YAML file, read here; empty with a document
    std::string document;     // instead of a file: YAML or JSON
    std::string working_dir;  // absolute; of a document
    std::vector<std::string>
        args;  // appended to the trainer's arguments; they are the command if there is none
    std::optional<std::string> name;
    std::optional<std::int64_t> max_trials;
    std::optional<std::int64_t> max_parallel_trials;
    std::optional<std::uint64_t> seed;
    bool force_new = false;

    // Instead of the document's fields of these names.
    std::optional<std::string> python_module;
    std::vector<std::string> package_uris;
    std::optional<std::string> job_dir;
    std::optional<std::string> scale_tier;
};

struct ReadStudy {
    NewStudy study;
    std::vector<std::string> notices;  // one line each
};

// `invalid_argument` with every problem of the document, or what the whole lacks; what it asks of
// the machine must be there when the host is known.
Result<ReadStudy> read_study(const RunRequest& request, const Host* host = nullptr);

}  // namespace tuner
