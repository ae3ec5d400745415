// A Sleeper lets a coroutine rest for a duration of boot time, which counts a suspended laptop's
// sleep and never jumps: a back-off that is over while the lid was closed is over when it opens.
//
// Injected, so that the simulation's hours pass in microseconds. Loop thread only. Cancelling the
// coroutine ends its sleep with operation_aborted.

#pragma once

#include "tuner/base/time.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tuner {

class Sleeper {
  public:
    virtual ~Sleeper() = default;

    // Returns when `duration` has passed.
    virtual boost::asio::awaitable<void> sleep(Duration duration) = 0;
};

// By the machine's CLOCK_BOOTTIME. Asio's own timers cannot do that: they wait by the monotonic
// clock, which stands still while the machine is suspended.
class BootSleeper final : public Sleeper {
  public:
    explicit BootSleeper(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

    boost::asio::awaitable<void> sleep(Duration duration) override;

  private:
    boost::asio::any_io_executor loop_;
};

}  // namespace tuner
