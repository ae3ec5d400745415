// resolve_launch turns a Launch into the spec that the shim reads, or says why it can never run.
//
// The program is looked up as execvp would: in the PATH of the trainer's own environment, or
// relative to its working directory when the name has a slash. Looks at the file system; loop
// thread.

#pragma once

#include "tuner/base/result.h"
#include "tuner/executor/executor.h"
#include "tuner/formats/attempt_files.h"

#include <filesystem>

namespace tuner {

// Whether this user may execute the file; links are followed.
bool is_program(const std::filesystem::path& path);

// `invalid_argument` names the program, folder or value that is wrong.
Result<AttemptSpec> resolve_launch(const Launch& launch);

}  // namespace tuner
