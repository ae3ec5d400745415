// `tuner ask` and `tuner tell`: a user's own loop over trials, from a shell.

#pragma once

#include "tuner/cli/command_context.h"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace tuner {

struct AskOptions {
    std::string study;  // a YAML file makes its study, or goes on with it
    std::int64_t count = 1;
    std::string client;
    bool args = false;
};

struct TellOptions {
    std::string study;
    std::int64_t trial = 0;
    std::optional<double> value;  // none: what was measured, or infeasible
    std::optional<std::int64_t> step;
    bool measures = false;  // an intermediate value
    bool is_infeasible = false;
    std::string reason;
};

void add_ask_commands(CLI::App& app, CommandContext& context);

boost::asio::awaitable<int> ask_for_trials(
    AskOptions options, const HttpClient& client, Output output
);

boost::asio::awaitable<int> tell_of_trial(
    TellOptions options, const HttpClient& client, Output output
);

}  // namespace tuner
