// `tuner show STUDY`: one study in full.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

namespace tuner {

void add_show(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> show_study(std::string study, const HttpClient& client, Output output);

}  // namespace tuner
