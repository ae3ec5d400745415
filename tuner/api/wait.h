// What an answer does before it goes on: between two looks at what it streams, or when it denies.

#pragma once

#include "tuner/base/time.h"

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Returns when `duration` has passed; cancelling the coroutine ends it with operation_aborted.
boost::asio::awaitable<void> wait(Duration duration);

}  // namespace tuner
