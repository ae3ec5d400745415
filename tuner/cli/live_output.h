// The output of a plain run while it runs, as if its trainer had been started in this terminal:
// stdout on stdout, stderr on stderr.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Shows the output of trial 1 of study `id` from its start to its end. `at_rest` becomes true when
// nothing will start any more; it outlives the call.
boost::asio::awaitable<void> show_live_output(
    std::string id, const HttpClient& client, Output output, const bool& at_rest
);

}  // namespace tuner
