// The legacy commands, `tuner jobs …` and `tuner local …`: the lines of a lab work with the tool's
// name replaced, also with the group's name left in (`tuner ml-engine jobs …`, `tuner ai-platform
// local …`).

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_legacy_commands(CLI::App& app, CommandContext& context);

}  // namespace tuner
