// start_trainer makes the trainer's process and hands over its ends: its pid, which is its process
// group too, and the reading ends of its output.
//
// The trainer gets nothing of ours: a group of its own, default signal dispositions and an empty
// mask, no descriptor above 2, /dev/null to read from, umask 077, exactly the environment of the
// spec plus the cookie. It dies with the shim (PDEATHSIG; the shim has one thread, so "parent"
// means what it says), and before it when memory runs out.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/result.h"
#include "tuner/formats/attempt_files.h"

#include <sys/types.h>

namespace tuner::shim {

struct TrainerProcess {
    pid_t pid = -1;
    OwnedFd standard_output;  // non-blocking
    OwnedFd standard_error;   // non-blocking
};

// The error text says what could not be done and why, for the user to read; `unavailable` when that
// is the machine's fault and not the trainer's.
Result<TrainerProcess> start_trainer(const AttemptSpec& spec);

}  // namespace tuner::shim
