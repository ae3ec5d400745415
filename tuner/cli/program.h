// A Program is another program that a command runs on this terminal, without any daemon: a trainer
// of `tuner local train`, a predictor.
//
// The calls wait for it in the plain sense: such a command has nothing else to do. Signals that
// tuner ignores have their usual meaning in it.

#pragma once

#include "tuner/base/result.h"

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tuner {

struct Program {
    std::vector<std::string> argv;  // the first one is looked up on PATH unless it has a slash
    std::map<std::string, std::string> env;  // added to this process's own
    std::string working_dir;                 // empty: where we are
};

// Starts it with our stdin, stdout and stderr; `not_found` when it cannot be executed.
Result<pid_t> start_program(const Program& program);

// Waits for its end: its exit code, or 128 and the number of the signal that ended it.
int wait_for_program(pid_t pid);

struct ProgramAnswer {
    int code = 0;
    std::string out;
};

// Runs it on `input` and takes what it writes to stdout, up to kMaxAnswerBytes; its stderr is ours.
inline constexpr std::size_t kMaxAnswerBytes = 256 << 20;
Result<ProgramAnswer> run_program(const Program& program, const std::string& input);

}  // namespace tuner
