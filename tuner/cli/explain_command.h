// `tuner explain STUDY TRIAL`: who proposed a trial, on what grounds, and how it came out.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>
#include <vector>

namespace tuner {

struct ExplainOptions {
    std::vector<std::string> reference;  // STUDY TRIAL, or TRIAL of the latest study
};

void add_explain(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> explain_trial(
    ExplainOptions options, const HttpClient& client, Output output
);

}  // namespace tuner
