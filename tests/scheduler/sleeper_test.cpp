#include "tuner/scheduler/sleeper.h"

#include "tests/support/loop.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

using namespace tuner;

namespace {

namespace asio = boost::asio;

asio::awaitable<Duration> measure(Sleeper& sleeper, Duration duration) {
    const SystemClock clock;
    const Duration begin = clock.uptime();
    co_await sleeper.sleep(duration);
    co_return clock.uptime() - begin;
}

}  // namespace

TEST_CASE("a sleep lasts at least as long as it was asked to, by the boot clock", "[sleeper]") {
    tests::Loop loop;
    BootSleeper sleeper(loop.context().get_executor());
    CHECK(loop.run(measure(sleeper, Duration(30))) >= Duration(29));
    CHECK(loop.run(measure(sleeper, Duration(1'001))) >= Duration(1'000));
}

TEST_CASE("a sleep of nothing or less is over at once", "[sleeper]") {
    tests::Loop loop;
    BootSleeper sleeper(loop.context().get_executor());
    loop.run(measure(sleeper, Duration(0)));
    loop.run(measure(sleeper, Duration(-5)));
    SUCCEED("neither waited for ever");
}

TEST_CASE("a cancelled sleeper wakes with operation_aborted", "[sleeper]") {
    asio::io_context loop{1};
    BootSleeper sleeper(loop.get_executor());
    asio::cancellation_signal signal;
    bool aborted = false;
    asio::co_spawn(
        loop,
        sleeper.sleep(std::chrono::hours(1)),
        asio::bind_cancellation_slot(
            signal.slot(),
            [&](const std::exception_ptr& error) {
                try {
                    std::rethrow_exception(error);
                } catch (const boost::system::system_error& e) {
                    aborted = e.code() == asio::error::operation_aborted;
                }
            }
        )
    );
    asio::post(loop, [&] { signal.emit(asio::cancellation_type::terminal); });
    loop.run();
    CHECK(aborted);
}
