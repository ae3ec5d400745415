// `tuner list`: every study with its state, progress and best value.

#pragma once

#include "tuner/cli/command_context.h"

namespace tuner {

void add_list(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> list_studies(const HttpClient& client, Output output);

}  // namespace tuner
