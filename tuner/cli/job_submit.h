// `tuner jobs submit training JOB`: a file and flags become a Job, which a server runs when this
// program is long gone.

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_job_submit(CLI::App& group, CommandContext& context, std::string& project);

}  // namespace tuner
