// `tuner run --dry-run`: what a study would be and do, without a daemon and without a trace.
//
// The study and its first suggestions, and the exact command line and environment of trial 1. Reads
// the study file and the packages; writes and starts nothing.

#pragma once

#include "tuner/cli/command_context.h"
#include "tuner/cli/hand_in.h"

namespace tuner {

struct Host;

// Prints it; answers an exit code.
// The study must fit the host.
int dry_run(
    const RunOrder& order, const GlobalOptions& options, const Host& host, const Output& output
);

}  // namespace tuner
