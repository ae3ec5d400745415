// What a user asks to be run, how it is answered, and for `tuner run` the study that it is: a file
// or a document, with what the command line says instead of it.
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
    bool is_asked = false;  // the user evaluates trials; so a document without a command always is

    // Instead of the document's fields of these names.
    std::optional<std::string> python_module;
    std::vector<std::string> package_uris;
    std::optional<std::string> job_dir;
    std::optional<std::string> scale_tier;
};

// `tuner jobs submit training`: a document instead of a file.
struct JobRequest {
    std::string document;     // a legacy Job with its jobId, JSON or YAML
    std::string working_dir;  // absolute: where relative programs and packages are looked up
    // Absolute: the folder that stands for gs://, in the job dir and in arguments that begin so or
    // have it after their first =. Empty: such words go to the trainer as they are.
    std::string gs_root;
};

enum class RunOutcome {
    created,    // a new study
    continued,  // an unfinished one goes on, or a finished one whose limits were raised
    unchanged,  // it is running already, or has nothing left to do
};

struct RunAnswer {
    std::string id;
    RunOutcome outcome = RunOutcome::created;
    std::vector<std::string> notices;  // what the user should know about the file: one line each
};

struct ReadStudy {
    NewStudy study;
    std::vector<std::string> notices;  // one line each
};

// `invalid_argument` with every problem of the document, or what the whole lacks; what it asks of
// the machine must be there when the host is known.
Result<ReadStudy> read_study(const RunRequest& request, const Host* host = nullptr);

}  // namespace tuner
