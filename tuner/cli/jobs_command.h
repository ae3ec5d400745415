// `tuner jobs`: describe, list, cancel, stream-logs and submit, as the legacy tool had them
// (contract.md 4.2).

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_jobs(CLI::App& app, CommandContext& context);

}  // namespace tuner
