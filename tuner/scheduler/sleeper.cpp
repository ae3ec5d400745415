#include "tuner/scheduler/sleeper.h"

#include "tuner/base/owned_fd.h"

#include <cerrno>
#include <ctime>
#include <sys/timerfd.h>
#include <system_error>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

OwnedFd boot_timer(Duration duration) {
    OwnedFd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    itimerspec when{};
    when.it_value.tv_sec = seconds.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds(duration - seconds).count();
    if (!timer || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) {
        throw std::system_error(errno, std::generic_category(), "timerfd");
    }
    return timer;
}

}  // namespace

asio::awaitable<void> BootSleeper::sleep(Duration duration) {
    if (duration <= Duration(0)) {
        co_return;  // zero would disarm the timer: it would never fire
    }
    OwnedFd fd = boot_timer(duration);
    asio::posix::stream_descriptor timer(loop_, fd.get());
    fd.release();
    co_await timer.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
}

}  // namespace tuner
