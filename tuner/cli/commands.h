// Every command that speaks to a server or a file of the user's, in the order of `tuner --help`.
// The commands that hold a daemon (run, serve, open) are app's.

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_commands(CLI::App& app, CommandContext& context);

}  // namespace tuner
