// `tuner trials STUDY`: the trials of a study, best first.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

namespace tuner {

struct TrialsOptions {
    std::string study;
    std::string state;               // empty: all
    std::string sort = "objective";  // or "trial"
    std::size_t top = 0;             // 0: all
};

void add_trials(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> show_trials(
    TrialsOptions options, const HttpClient& client, Output output
);

}  // namespace tuner
