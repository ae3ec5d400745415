// The summary is what `tuner run` prints when a study has come to rest: the ranking on stdout, and
// how it went, the winner and what to type next as talk. A plain run has no ranking.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

inline constexpr std::size_t kSummaryTrials = 10;

// The talk: state and counts, best value with its parameters, the flags to retrain with, next
// commands. Pure.
std::string summary_text(
    const nlohmann::ordered_json& study, const nlohmann::ordered_json& best_trial
);

// Fetches study `id` and prints its ranking and summary; answers the exit code of the study: 0, 1
// when it ended as failed, 130 when it was interrupted.
boost::asio::awaitable<int> print_summary(std::string id, const HttpClient& client, Output output);

}  // namespace tuner
