// Handing a study to a server: a file that it is to run, or a study that it is to go on with.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/http_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// What `tuner run` says about a file; unset values are the file's own.
struct FileRun {
    std::string file;               // as the user typed it
    std::vector<std::string> args;  // more arguments for the trainer
    std::optional<std::string> name;
    std::optional<std::int64_t> max_trials;
    std::optional<std::int64_t> max_parallel_trials;
    std::optional<std::uint64_t> seed;
    bool force_new = false;
};

struct HandedIn {
    std::string id;  // of the study
    bool is_new = false;
    std::vector<std::string> notices;  // what the user should know about the file
};

// The server creates the study of the file, or goes on with it.
boost::asio::awaitable<Result<HandedIn>> hand_in_file(const HttpClient& client, FileRun run);

// The study of a STUDY argument goes on.
boost::asio::awaitable<Result<HandedIn>> ask_to_go_on(const HttpClient& client, std::string study);

}  // namespace tuner
