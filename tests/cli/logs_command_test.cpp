#include "tuner/cli/logs_command.h"

#include "tests/support/loop.h"

#include <sstream>
#include <string>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Gives up as soon as the server is connected to, which never answers; answers whether it was.
asio::awaitable<bool> show_until_connected(
    const tuner::HttpClient& client, tuner::Output output, tcp::acceptor& server, bool follow
) {
    using namespace asio::experimental::awaitable_operators;
    tuner::LogsOptions options;
    options.reference = {"babyweight-1", "1"};
    options.follow = follow;
    auto showing = tuner::show_logs(std::move(options), client, output);
    auto connected = server.async_accept(asio::use_awaitable);
    const auto first = co_await (std::move(showing) || std::move(connected));
    co_return first.index() == 1;
}

}  // namespace

TEST_CASE("showing a log says nothing when it is given up before an answer", "[logs]") {
    for (const bool follow : {false, true}) {
        tests::Loop loop;
        tcp::acceptor server(loop.context(), {asio::ip::address_v4::loopback(), 0});
        const std::string url =
            "http://127.0.0.1:" + std::to_string(server.local_endpoint().port());
        const auto client = tuner::HttpClient::create({url, "token"});
        REQUIRE(client);
        std::ostringstream out;
        std::ostringstream err;
        const tuner::Output output{out, err};
        CHECK(loop.run(show_until_connected(*client, output, server, follow)));
        CHECK(out.str().empty());
        CHECK(err.str().empty());
    }
}
