// `tuner validate FILE`: reads a study's file as `tuner run` would and explains it, or shows every
// problem with its line and column. It needs no server.

#pragma once

#include "tuner/cli/command_context.h"
#include "tuner/study/study_config.h"

#include <string>

namespace tuner {

void add_validate(CLI::App& app, CommandContext& context);

// What a configuration asks for, in lines for people. Pure.
std::string explain(const StudyConfig& config);

// Exit code 0, or 2 with the problems on `err`. What the file asks of the machine must be there
// when the host is known.
int validate(const std::string& file, const Output& output, const Host* host = nullptr);

}  // namespace tuner
