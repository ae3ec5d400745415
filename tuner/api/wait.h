// What a streaming answer does between two looks at what it streams.

#pragma once

#include "tuner/base/time.h"

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Returns when `duration` has passed; cancelling the coroutine ends it with operation_aborted.
boost::asio::awaitable<void> wait(Duration duration);

}  // namespace tuner
