// `tuner logs STUDY TRIAL`: what a trial's trainer wrote, live with -f.

#pragma once

#include "tuner/cli/command_context.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

struct LogsOptions {
    std::vector<std::string> reference;  // STUDY TRIAL, or TRIAL of the latest study
    std::int64_t attempt = 0;            // 0: the latest
    std::string stream = "both";         // stdout, stderr or both, each to its own
    bool follow = false;                 // until the attempt has ended
};

void add_logs(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> show_logs(LogsOptions options, const HttpClient& client, Output output);

}  // namespace tuner
