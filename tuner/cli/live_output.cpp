#include "tuner/cli/live_output.h"

#include "tuner/cli/logs_command.h"
#include "tuner/cli/study_client.h"

#include <chrono>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kPoll{100};

// Returns when trial 1 has been started, or nothing will start any more.
asio::awaitable<bool> wait_until_started(
    std::string id, const HttpClient& client, const bool& at_rest
) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (true) {
        const bool is_last_look = at_rest;
        const auto trial = co_await get_json(client, study_path(id) + "/trials/1");
        if (trial && trial->at("attempts").get<std::int64_t>() > 0) {
            co_return true;
        }
        if (is_last_look || (!trial && trial.error().code == ErrorCode::unavailable)) {
            co_return false;
        }
        timer.expires_after(kPoll);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace

asio::awaitable<void> show_live_output(
    std::string id, const HttpClient& client, Output output, const bool& at_rest
) {
    const bool started = co_await wait_until_started(id, client, at_rest);
    if (started) {
        LogsOptions options;
        options.reference = {id, "1"};
        options.follow = true;
        co_await show_logs(std::move(options), client, output);
    }
}

}  // namespace tuner
