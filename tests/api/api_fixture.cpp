#include "tests/api/api_fixture.h"

#include "tuner/api/routes.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace tests {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

asio::awaitable<std::string> exchange(tcp::endpoint address, std::string bytes) {
    constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(address, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(bytes), as_tuple);
    std::string answer;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), as_tuple);
    co_return answer;
}

}  // namespace

tuner::HttpLimits ApiFixture::fast_limits() {
    tuner::HttpLimits limits;
    limits.denial_delay = tuner::Duration(1);
    limits.shutdown_grace = tuner::Duration(200);
    return limits;
}

ApiFixture::ApiFixture(tuner::HttpLimits limits, std::span<const tuner::Route> routes)
    : fake(loop.context().get_executor()) {
    tuner::HttpServerConfig config;
    config.listen = {asio::ip::address_v4::loopback(), 0};
    config.token = kToken;
    config.routes = routes.empty() ? tuner::api_routes() : routes;
    config.limits = limits;
    server = std::make_unique<tuner::HttpServer>(
        loop.context().get_executor(), std::move(config), fake.service
    );
    asio::co_spawn(loop.context(), server->run(), [this](std::exception_ptr) { ended_ = true; });
}

ApiFixture::~ApiFixture() {
    stop();
}

void ApiFixture::stop() {
    server->stop();
    loop.run_until(ended_);
}

std::string ApiFixture::host() const {
    return fmt::format("127.0.0.1:{}", server->address().port());
}

std::string ApiFixture::send(std::string bytes) {
    return loop.run(exchange(server->address(), std::move(bytes)));
}

std::string ApiFixture::request(
    const std::string& verb, const std::string& target, const std::string& body
) const {
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{}",
        verb,
        target,
        host(),
        kToken,
        body.size(),
        body
    );
}

std::string ApiFixture::call(
    const std::string& verb, const std::string& target, const std::string& body
) {
    std::string bytes = request(verb, target, body);
    bytes.insert(bytes.find("\r\n") + 2, "Connection: close\r\n");
    return send(std::move(bytes));
}

std::string status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.") ? answer.substr(9, 3) : "";
}

std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

std::string header_of(const std::string& answer, const std::string& name) {
    const std::size_t at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos || at > answer.find("\r\n\r\n")) {
        return "(none)";
    }
    const std::size_t begin = at + name.size() + 4;
    return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

}  // namespace tests
