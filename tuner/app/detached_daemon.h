// A detached daemon is a `tuner serve` that a command leaves behind: in a session of its own,
// without a terminal, until nothing is left to do. What it says goes to DATA_DIR/daemon.log.

#pragma once

#include "tuner/app/data_directory.h"
#include "tuner/base/result.h"

#include <string>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Starts one and waits until it listens; also well when another daemon was faster. `unavailable`
// with its last words when it ends instead.
// `settings` is its --config, empty without one.
boost::asio::awaitable<Result<void>> start_detached_daemon(
    DataDirectory directory, std::string settings
);

}  // namespace tuner
