// `tuner stop`, `tuner cancel` and `tuner delete`: what changes the state of a
// study. They differ in one call and one sentence, so they share a file.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

namespace tuner {

enum class StateChange { stop, stop_now, cancel, remove };

// All four.
void add_state_commands(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> change_state(
    StateChange change, std::string study, const HttpClient& client, Output output
);

}  // namespace tuner
