#include "tests/support/timeline.h"

#include <algorithm>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace tuner::test {

namespace asio = boost::asio;

namespace {

// A sleep that ends early leaves nothing on the timeline.
struct Alarm {
    Timeline& timeline;
    Timeline::Entry entry;

    ~Alarm() { timeline.forget(entry); }
};

}  // namespace

Timeline::Entry Timeline::after(Duration delay, std::function<void()> act) {
    const Entry entry(now_ + std::max(delay, Duration(0)), ++count_);
    entries_.emplace(entry, std::move(act));
    return entry;
}

bool Timeline::advance() {
    if (entries_.empty()) {
        return false;
    }
    auto next = entries_.extract(entries_.begin());
    now_ = next.key().first;
    next.mapped()();
    return true;
}

TimePoint VirtualClock::now() const {
    constexpr std::chrono::seconds kBegin{1'767'225'600};  // 2026-01-01
    return TimePoint(kBegin + timeline_.now() + wrong_by_);
}

asio::awaitable<void> VirtualSleeper::sleep(Duration duration) {
    asio::steady_timer timer(loop_, asio::steady_timer::time_point::max());
    bool slept = false;
    auto wake = [&timer, &slept] {
        slept = true;
        timer.cancel();
    };
    const Alarm alarm{timeline_, timeline_.after(duration, wake)};
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!slept) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
}

}  // namespace tuner::test
