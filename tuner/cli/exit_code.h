// The exit codes of the command line, and which one an error has: the one table of product.md
// section 2.

#pragma once

#include "tuner/base/result.h"

namespace tuner {

enum class ExitCode {
    done = 0,
    study_failed = 1,  // the study ended as failed
    usage = 2,         // wrong usage or file
    not_found = 3,
    conflict = 4,
    no_server = 5,         // no server, or it went away
    bug = 70,              // a bug in tuner
    storage = 74,          // the database cannot be written: disk full, or it failed
    data_dir_in_use = 75,  // and it cannot be shared
    interrupted = 130,     // resumable
};

constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

constexpr ExitCode exit_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return ExitCode::usage;
        case ErrorCode::not_found:
            return ExitCode::not_found;
        case ErrorCode::conflict:
        case ErrorCode::exhausted:
            return ExitCode::conflict;
        case ErrorCode::unavailable:
            return ExitCode::no_server;
        case ErrorCode::no_space:
            return ExitCode::storage;
        case ErrorCode::internal:
            break;
    }
    return ExitCode::bug;
}

}  // namespace tuner
