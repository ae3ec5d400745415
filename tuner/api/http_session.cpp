#include "tuner/api/http_session.h"

#include "tuner/api/as_tuple.h"
#include "tuner/api/http_exchange.h"
#include "tuner/api/http_head.h"
#include "tuner/api/problem.h"
#include "tuner/api/wait.h"
#include "tuner/base/log.h"
#include "tuner/base/random.h"
#include "tuner/base/world_failure.h"

#include <array>
#include <new>
#include <optional>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

constexpr std::size_t kLingerBytes = 4 * 1'024 * 1'024;
constexpr std::chrono::seconds kLingerDeadline{1};
}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, const HttpApplication& application)
    : application_(application), connection_(std::make_unique<Connection>(std::move(socket))) {}

HttpSession::~HttpSession() = default;

void HttpSession::stop() {
    stopping_ = true;
    if (!answering_) {
        close();
    }
}

void HttpSession::close() {
    connection_->stream.close();
}

asio::awaitable<void> HttpSession::run() {
    try {
        bool goes_on = true;
        while (goes_on) {
            goes_on = co_await serve_one();
        }
        co_await linger();
    } catch (const boost::system::system_error&) {
        // The client went away or was too slow: there is nobody to tell.
    }
    close();
}

asio::awaitable<bool> HttpSession::serve_one() {
    if (!co_await wait_for_request()) {
        co_return false;
    }
    const HttpLimits& limits = application_.limits;
    Exchange exchange;
    exchange.parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    exchange.parser.body_limit(limits.body_bytes);
    connection_->stream.expires_after(limits.header_deadline);
    const auto [error, bytes] = co_await http::async_read_header(
        connection_->stream, connection_->buffer, exchange.parser, kAsTuple
    );
    std::optional<Response> response;
    if (error) {
        exchange.keep_alive = false;
        response = refusal(error, limits);
        if (!response) {
            co_return false;
        }
    } else {
        answering_ = true;
        exchange.keep_alive = exchange.parser.keep_alive();
        response = co_await answer(exchange);
    }
    exchange.keep_alive =
        exchange.keep_alive && exchange.body_is_read && !response->stream && !stopping_;
    co_await write(std::move(*response), exchange);
    answering_ = false;
    co_return exchange.keep_alive && !stopping_;
}

// Idle until the first byte of a request; false when the client ends instead.
asio::awaitable<bool> HttpSession::wait_for_request() {
    if (connection_->buffer.size() > 0) {
        co_return true;
    }
    connection_->stream.expires_after(application_.limits.idle_deadline);
    const auto [error, bytes] = co_await connection_->stream.async_read_some(
        connection_->buffer.prepare(application_.limits.header_bytes), kAsTuple
    );
    connection_->buffer.commit(bytes);
    co_return !error;
}

asio::awaitable<Response> HttpSession::answer(Exchange& exchange) {
    const auto& head = exchange.parser.get();
    const HttpLimits& limits = application_.limits;
    exchange.body_is_read = exchange.parser.is_done();
    if (auto refused = too_large(exchange.parser, limits)) {
        exchange.keep_alive = false;
        co_return std::move(*refused);
    }
    const auto target = parse_target(std::string_view(head.target().data(), head.target().size()));
    const std::string verb(head.method_string());
    const RouteMatch match = target ? find_route(application_.routes, verb, *target) : RouteMatch{};
    const Access access = match.route != nullptr ? match.route->access : Access::token;
    const Credentials credentials = credentials_of(exchange.parser);
    if (auto denied = application_.guard.check(credentials, access)) {
        co_await wait(limits.denial_delay);
        co_return std::move(*denied);
    }
    if (!target) {
        exchange.keep_alive = false;
        co_return problem(target.error());
    }
    if (match.route == nullptr) {
        Response response = match.allow.empty()
                                ? problem(404, "there is no such call; docs/rest.md lists all")
                                : problem(405, "this call takes only " + match.allow);
        if (!match.allow.empty()) {
            response.headers.emplace_back("Allow", match.allow);
        }
        co_return response;
    }
    if (auto refused = co_await read_body(exchange)) {
        co_return std::move(*refused);
    }
    Request request{
        match.captures,
        target->query,
        std::string(head["Last-Event-ID"]),
        std::move(exchange.parser.get().body()),
        Guard::shown_trial_token(credentials)};
    co_return co_await call_handler(match, std::move(request));
}

asio::awaitable<std::optional<Response>> HttpSession::read_body(Exchange& exchange) {
    if (exchange.body_is_read) {
        co_return std::nullopt;
    }
    auto& stream = connection_->stream;
    stream.expires_after(application_.limits.request_deadline);
    const auto content_length = exchange.parser.content_length();
    if (content_length && *content_length > application_.limits.body_bytes) {
        co_return refusal(http::error::body_limit, application_.limits);
    }
    if (beast::iequals(exchange.parser.get()["Expect"], "100-continue")) {
        http::response<http::empty_body> go_on{http::status::continue_, 11};
        co_await http::async_write(stream, go_on, asio::use_awaitable);
    }
    const auto [error, bytes] =
        co_await http::async_read(stream, connection_->buffer, exchange.parser, kAsTuple);
    if (!error) {
        exchange.body_is_read = true;
        co_return std::nullopt;
    }
    auto refused = refusal(error, application_.limits);
    if (!refused) {
        throw boost::system::system_error(error);
    }
    co_return refused;
}

asio::awaitable<Response> HttpSession::call_handler(const RouteMatch& match, Request request) {
    std::string what;
    try {
        co_return co_await match.route->handler(std::move(request), application_.service);
    } catch (const std::bad_alloc&) {
        co_return problem(503, "the server is short of memory; try again later");
    } catch (const WorldFailure& failure) {
        if (failure.code() != ErrorCode::internal) {
            co_return problem(failure.error());  // it passes: the client may know, and wait
        }
        what = failure.what();
    } catch (const std::exception& error) {
        what = error.what();
    }
    const std::string number = random_hex(8);
    log::error(
        "request_failed",
        fmt::format("number={} call={} what={}", number, match.route->pattern, log::quoted(what))
    );
    co_return problem(
        500, fmt::format("the server failed here; its log says how, at number={}", number)
    );
}

// Closing a socket with unread input makes the kernel reset the connection, and the client may then
// never see the answer. So what it still sends is read for a moment and dropped.
asio::awaitable<void> HttpSession::linger() {
    auto& stream = connection_->stream;
    error_code ignored;
    stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    stream.expires_after(kLingerDeadline);
    std::array<char, 8'192> dropped{};
    std::size_t total = 0;
    bool ended = stopping_;
    while (!ended && total < kLingerBytes) {
        const auto [error, bytes] =
            co_await stream.async_read_some(asio::buffer(dropped), kAsTuple);
        total += bytes;
        ended = static_cast<bool>(error);
    }
}

}  // namespace tuner
