// `tuner completion SHELL`: prints what makes a shell complete tuner's words.

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_completion(CLI::App& app, CommandContext& context);

}  // namespace tuner
