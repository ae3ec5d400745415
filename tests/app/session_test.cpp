#include "tuner/app/session.h"

#include "tests/support/temp_dir.h"

#include <chrono>
#include <memory>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

using namespace tuner;

namespace {

namespace asio = boost::asio;

pid_t number_of_a_dead_process() {
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    REQUIRE(waitpid(child, nullptr, 0) == child);
    return child;
}

// Runs `task` and what else the loop has to do until there is nothing left.
template <class T>
T run(asio::io_context& loop, asio::awaitable<T> task) {
    std::optional<T> result;
    asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& error, T value) {
        if (error) {
            std::rethrow_exception(error);
        }
        result = std::move(value);
    });
    loop.run();
    return std::move(*result);
}

asio::awaitable<Result<Server>> open_and_close(Session& session) {
    DaemonOptions options;
    options.listen = {asio::ip::make_address("127.0.0.1"), 0};
    options.passive = true;
    Result<Server> server = co_await session.become_server(options);
    co_await session.close();
    co_return server;
}

}  // namespace

TEST_CASE("a lock that outlives its killed daemon for a moment is waited for", "[session]") {
    const test::TempDir temp;
    GlobalOptions options;
    options.data_dir = (temp.path() / "data").string();
    const auto directory = DataDirectory::open(options.data_dir);
    auto lock = std::make_unique<DataLock>(*DataLock::take(*directory));
    asio::io_context loop(1);
    Session session(loop, options);

    SECTION("as a child holds it that was just being started") {
        lock->announce({"http://127.0.0.1:1", number_of_a_dead_process()});
        CHECK(directory->is_holder_dead());
        asio::steady_timer executed(loop, std::chrono::milliseconds(50));
        executed.async_wait([&](auto) { lock.reset(); });
        CHECK(run(loop, open_and_close(session)));
    }
    SECTION("but not that of a daemon that lives") {
        lock->announce({"http://127.0.0.1:1", getpid()});
        CHECK_FALSE(directory->is_holder_dead());
        const auto refused = run(loop, open_and_close(session));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::conflict);
    }
}
