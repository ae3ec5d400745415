// `tuner best STUDY`: the winner, for people, for programs, or as flags for a shell.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

namespace tuner {

struct BestOptions {
    std::string study;
    bool args = false;  // only --name=value …
};

void add_best(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> show_best(BestOptions options, const HttpClient& client, Output output);

}  // namespace tuner
