#include "tests/api/api_fixture.h"

#include <array>
#include <stdexcept>
#include <sys/resource.h>

#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using tests::ApiFixture;
using tests::body_of;
using tests::header_of;
using tests::status_of;
using tuner::Request;
using tuner::Response;
using tuner::TuningService;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<Response> echo(Request request, TuningService&) {
    Response response;
    response.body = request.body;
    co_return response;
}

asio::awaitable<Response> explode(Request, TuningService&) {
    throw std::bad_alloc();
    co_return Response{};
}

asio::awaitable<void> write_for_ever(tuner::BodyWriter writer) {
    while (true) {
        co_await writer(std::string(64 * 1'024, 'x'));
    }
}

asio::awaitable<Response> endless(Request, TuningService&) {
    Response response;
    response.stream = [](tuner::BodyWriter writer) { return write_for_ever(std::move(writer)); };
    co_return response;
}

asio::awaitable<void> write_and_fail(tuner::BodyWriter writer) {
    co_await writer("begun");
    throw std::runtime_error("disk");
}

asio::awaitable<Response> half(Request, TuningService&) {
    Response response;
    response.stream = [](tuner::BodyWriter writer) { return write_and_fail(std::move(writer)); };
    co_return response;
}

asio::awaitable<Response> slow(Request, TuningService&) {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
    co_await timer.async_wait(asio::use_awaitable);
    Response response;
    response.body = "done";
    co_return response;
}

constexpr std::array kRoutes{
    tuner::Route{"POST", "/echo", tuner::Access::token, echo},
    tuner::Route{"GET", "/explode", tuner::Access::token, explode},
    tuner::Route{"GET", "/endless", tuner::Access::token, endless},
    tuner::Route{"GET", "/half", tuner::Access::token, half},
    tuner::Route{"GET", "/slow", tuner::Access::token, slow},
};

// A connection that the test opens and holds.
struct Held {
    explicit Held(ApiFixture& api) : socket(api.loop.context()) {
        socket.connect(api.server->address());
    }

    tcp::socket socket;
};

asio::awaitable<bool> pause(int milliseconds) {
    asio::steady_timer timer(
        co_await asio::this_coro::executor, std::chrono::milliseconds(milliseconds)
    );
    co_await timer.async_wait(asio::use_awaitable);
    co_return true;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("every answer carries the headers that keep browsers harmless", "[session]") {
    ApiFixture api({}, kRoutes);
    const auto answer = api.call("POST", "/echo", "hello");
    CHECK(body_of(answer) == "hello");
    CHECK(header_of(answer, "X-Content-Type-Options") == "nosniff");
    CHECK(
        header_of(answer, "Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'"
    );
    CHECK(header_of(answer, "Cache-Control") == "no-store");
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "(none)");
}

TEST_CASE("pipelined requests are answered in order on one connection", "[session]") {
    ApiFixture api({}, kRoutes);
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
        bytes += api.request("POST", "/echo", fmt::format("<{}>", i));
    }
    const auto answer =
        api.send(bytes + "GET / HTTP/1.1\r\nHost: nobody\r\nConnection: close\r\n\r\n");
    CHECK(count(answer, "HTTP/1.1 200") == 200);
    CHECK(answer.find("<0>") < answer.find("<199>"));
    CHECK(count(answer, "HTTP/1.1 421") == 1);
}

TEST_CASE("a header of 8 KiB is the largest", "[session]") {
    ApiFixture api({}, kRoutes);
    const auto with_padding = [&](std::size_t bytes) {
        std::string text = "POST /echo HTTP/1.1\r\nHost: " + api.host() +
                           "\r\nAuthorization: Bearer " + tests::kToken +
                           "\r\nConnection: close\r\nContent-Length: 0\r\nX: ";
        return text + std::string(bytes - text.size() - 4, 'a') + "\r\n\r\n";
    };
    CHECK(status_of(api.send(with_padding(8 * 1'024))) == "200");
    CHECK(status_of(api.send(with_padding(8 * 1'024 + 1))) == "431");
    std::string many = "GET /x HTTP/1.1\r\nHost: " + api.host() + "\r\n";
    for (int i = 0; i < 64; ++i) {
        many += fmt::format("A{}: b\r\n", i);
    }
    CHECK(status_of(api.send(many + "\r\n")) == "431");
}

TEST_CASE("a target of 4 KiB is the longest", "[session]") {
    ApiFixture api({}, kRoutes);
    CHECK(status_of(api.call("GET", "/" + std::string(4'095, 'a'))) == "404");
    CHECK(status_of(api.call("GET", "/" + std::string(4'096, 'a'))) == "414");
}

TEST_CASE("a body of 1 MiB is the largest whichever way it comes", "[session]") {
    ApiFixture api({}, kRoutes);
    const std::string largest(1'024 * 1'024, 'x');
    CHECK(body_of(api.call("POST", "/echo", largest)).size() == largest.size());
    CHECK(status_of(api.call("POST", "/echo", largest + "x")) == "413");
    const std::string head = "POST /echo HTTP/1.1\r\nHost: " + api.host() +
                             "\r\nAuthorization: Bearer " + tests::kToken +
                             "\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(status_of(api.send(head + "100001\r\n" + largest + "x\r\n0\r\n\r\n")) == "413");
    CHECK(status_of(api.send(head + "ffffffffffffffff\r\n")) != "200");
}

TEST_CASE("a denied request is answered before its body comes", "[session]") {
    ApiFixture api({}, kRoutes);
    const auto answer = api.send(
        "POST /echo HTTP/1.1\r\nHost: " + api.host() + "\r\nContent-Length: 1000000\r\n\r\n"
    );
    CHECK(status_of(answer) == "401");
    CHECK(header_of(answer, "WWW-Authenticate") == "Bearer");
    CHECK(header_of(answer, "Connection") == "close");
}

TEST_CASE("a client that asks first is told to go on", "[session]") {
    ApiFixture api({}, kRoutes);
    std::string bytes = api.request("POST", "/echo", "hello");
    bytes.insert(bytes.find("\r\n") + 2, "Connection: close\r\nExpect: 100-continue\r\n");
    const auto answer = api.send(bytes);
    CHECK(answer.starts_with("HTTP/1.1 100"));
    CHECK(answer.ends_with("hello"));
}

TEST_CASE("what is not HTTP is refused and the connection ends", "[session]") {
    ApiFixture api({}, kRoutes);
    const std::string host = "Host: " + api.host() + "\r\n";
    const std::string token = "Authorization: Bearer " + tests::kToken + "\r\n";
    const std::vector<std::string> wrong{
        "\x16\x03\x01\x02",
        "GET /\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\n" + host + "\n",
        "POST /echo HTTP/1.1\r\n" + host + token +
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + token +
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + token +
            "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\n" + host + token + "Content-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\n" + host + token + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /echo HTTP/1.1\r\n" + host + token + "X : y\r\n\r\n",
        std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
        "GET http://" + api.host() + "/echo HTTP/1.1\r\n" + host + token + "\r\n",
        "GET /%ff HTTP/1.1\r\n" + host + token + "Connection: close\r\n\r\n"};
    for (const auto& bytes : wrong) {
        CAPTURE(bytes);
        const auto answer = api.send(bytes + std::string(bytes.size() < 8 ? "\r\n\r\n" : ""));
        CHECK(count(answer, "HTTP/1.1 ") == 1);
        CHECK(status_of(answer) == "400");
    }
}

TEST_CASE("a verb that a path does not take is told which it takes", "[session]") {
    ApiFixture api({}, kRoutes);
    for (const auto* verb : {"GET", "PUT", "OPTIONS", "TRACE", "DELETE", "BREW"}) {
        const auto answer = api.call(verb, "/echo");
        CHECK(status_of(answer) == "405");
        CHECK(header_of(answer, "Allow") == "POST");
    }
    const auto head = api.call("HEAD", "/echo");
    CHECK(status_of(head) == "405");
    CHECK(body_of(head).empty());
}

TEST_CASE("out of memory in a handler is told as such and the connection lives on", "[session]") {
    ApiFixture api({}, kRoutes);
    std::string last = api.request("POST", "/echo", "alive");
    last.insert(last.find("\r\n") + 2, "Connection: close\r\n");
    const auto answer = api.send(api.request("GET", "/explode") + last);
    CHECK(status_of(answer) == "503");
    CHECK(answer.ends_with("alive"));
}

TEST_CASE("slow clients are ended at each deadline", "[session]") {
    tuner::HttpLimits limits = ApiFixture::fast_limits();
    limits.header_deadline = limits.request_deadline = limits.idle_deadline = tuner::Duration(50);
    limits.write_deadline = tuner::Duration(50);
    ApiFixture api(limits, kRoutes);
    CHECK(api.send("").empty());
    CHECK(api.send("GET / HTTP/1.1\r\nHo").empty());
    CHECK(api.send(
                 "POST /echo HTTP/1.1\r\nHost: " + api.host() + "\r\nAuthorization: Bearer " +
                 tests::kToken + "\r\nContent-Length: 10\r\n\r\nabc"
    )
              .empty());
    // A reader that takes nothing: its stream is ended too.
    Held reader(api);
    const std::string request = api.request("GET", "/endless");
    asio::write(reader.socket, asio::buffer(request));
    api.loop.run(pause(20));
    CHECK(api.server->connections() == 1);
    while (api.server->connections() > 0) {
        api.loop.run(pause(10));
    }
}

TEST_CASE("a stream ends with its client", "[session]") {
    ApiFixture api({}, kRoutes);
    {
        Held reader(api);
        const std::string request = api.request("GET", "/endless");
        asio::write(reader.socket, asio::buffer(request));
        api.loop.run(pause(20));
        CHECK(api.server->connections() == 1);
    }
    while (api.server->connections() > 0) {
        api.loop.run(pause(10));
    }
}

TEST_CASE("a stream that fails is cut short", "[session]") {
    ApiFixture api({}, kRoutes);
    const auto answer = api.call("GET", "/half");
    CHECK(status_of(answer) == "200");
    CHECK(body_of(answer) == "5\r\nbegun\r\n");
}

TEST_CASE("an old client gets a stream without chunks", "[session]") {
    ApiFixture api({}, kRoutes);
    std::string bytes = api.request("GET", "/half");
    bytes.replace(bytes.find("HTTP/1.1"), 8, "HTTP/1.0");
    CHECK(body_of(api.send(bytes)) == "begun");
}

TEST_CASE("more connections than the limit are closed at once", "[server]") {
    tuner::HttpLimits limits = ApiFixture::fast_limits();
    limits.connections = 3;
    ApiFixture api(limits, kRoutes);
    std::vector<Held> held;
    for (int i = 0; i < 3; ++i) {
        held.emplace_back(api);
    }
    api.loop.run(pause(20));
    CHECK(api.server->connections() == 3);
    CHECK(api.call("POST", "/echo", "x").empty());
    held.pop_back();
    api.loop.run(pause(20));
    CHECK(body_of(api.call("POST", "/echo", "x")) == "x");
}

TEST_CASE("stopping answers what is in the making and ends the rest", "[server]") {
    ApiFixture api(ApiFixture::fast_limits(), kRoutes);
    Held idle(api);
    Held busy(api);
    const std::string request = api.request("GET", "/slow");
    asio::write(busy.socket, asio::buffer(request));
    api.loop.run(pause(20));
    api.stop();
    CHECK(api.server->connections() == 0);
    std::string answer;
    boost::system::error_code end;
    asio::read(busy.socket, asio::dynamic_buffer(answer), end);
    CHECK(body_of(answer) == "done");
    CHECK(header_of(answer, "Connection") == "close");
    tcp::socket late(api.loop.context());
    late.connect(api.server->address(), end);
    CHECK(end == asio::error::connection_refused);
}

// Not under a sanitizer: UBSan looks at memory through a pipe, which needs the descriptors that are
// gone here.
#ifndef TUNER_SANITIZED
TEST_CASE("running out of descriptors turns clients away and passes", "[server]") {
    ApiFixture api(ApiFixture::fast_limits(), kRoutes);
    std::vector<Held> held;
    held.reserve(8);
    for (int i = 0; i < 8; ++i) {
        held.emplace_back(api);  // wait in the queue: the loop does not run yet
    }
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int lowest = ::dup(0);
    ::close(lowest);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest) + 2;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    api.loop.run(pause(300));
    const std::size_t served = api.server->connections();
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(served <= 2);
    held.clear();
    api.loop.run(pause(150));
    CHECK(body_of(api.call("POST", "/echo", "x")) == "x");
}
#endif
