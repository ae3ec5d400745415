#include "tuner/app/port_holder.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

using namespace tuner;

namespace asio = boost::asio;

namespace {

// 0x1D0D is 7437; one listens there, one is connected from there, one listens elsewhere.
constexpr std::string_view kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1D0D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "
    "4711 1 "
    "0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:1D0D 0100007F:A2C4 01 00000000:00000000 02:000AF0C5 00000000  1000        0 "
    "4712 2 "
    "0000000000000000 20 4 30 10 -1\n"
    "   2: 00000000:D0D0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4713 1 "
    "0000000000000000 100 0 0 10 0\n"
    "   3: 01000";

}  // namespace

TEST_CASE("of the sockets of a port only those that listen are its holders", "[port_holder]") {
    CHECK(listening_sockets(kTable, 7437) == std::set<std::string, std::less<>>{"4711"});
    CHECK(listening_sockets(kTable, 0xD0D0) == std::set<std::string, std::less<>>{"4713"});
    CHECK(listening_sockets(kTable, 0x0D0D).empty());
    CHECK(listening_sockets("", 7437).empty());
}

TEST_CASE(
    "a port that this process listens on is held by it, and by nobody afterwards", "[port_holder]"
) {
    asio::io_context loop;
    std::uint16_t port = 0;
    {
        const asio::ip::tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
        port = acceptor.local_endpoint().port();
        const auto holder = find_port_holder(port);
        REQUIRE(holder);
        CHECK(holder->pid == getpid());
        CHECK(holder->program == "app_test");
    }
    CHECK(!find_port_holder(port));
}
