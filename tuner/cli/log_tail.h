// A LogTail reads one log of a trial, for hours if need be: a trainer that is silent for longer
// than a connection lives is asked again, from where it was. Lives on one loop.

#pragma once

#include "tuner/cli/http_client.h"

#include <cstddef>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class LogTail {
  public:
    // `target` is the path and query of GET …/log.
    LogTail(const HttpClient& client, std::string target)
        : client_(client), target_(std::move(target)) {}

    // The next bytes; empty at the end. An error when there is no such log, or no server any more.
    boost::asio::awaitable<Result<std::string>> next();

  private:
    boost::asio::awaitable<Result<std::string>> next_of_connection();

    const HttpClient& client_;
    std::string target_;
    std::optional<HttpBody> body_;
    std::size_t received_ = 0;  // given out so far
    std::size_t to_skip_ = 0;   // of the present connection: given out before
};

}  // namespace tuner
