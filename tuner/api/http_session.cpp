#include "tuner/api/http_session.h"

#include "tuner/api/http_head.h"
#include "tuner/api/problem.h"
#include "tuner/base/log.h"
#include "tuner/base/random.h"

#include <array>
#include <new>
#include <optional>
#include <variant>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
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

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferBytes = 64 * 1'024;
constexpr std::size_t kLingerBytes = 4 * 1'024 * 1'024;
constexpr std::chrono::seconds kLingerDeadline{1};
// Headers of every answer: no sniffing, no framing, no caching, nothing about us to other sites.
constexpr std::array<std::pair<const char*, const char*>, 4> kSafetyHeaders{{
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
}};

template <class Body>
void set_head(http::response<Body>& message, const Response& response, bool keep_alive) {
    message.result(static_cast<unsigned>(response.status));
    message.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : kSafetyHeaders) {
        message.set(name, value);
    }
    for (const auto& [name, value] : response.headers) {
        message.set(name, value);
    }
    message.keep_alive(keep_alive);
}

// A stream that fails has sent its header already: all that is left is to end it and say so here.
// True when it came to its own end.
asio::awaitable<bool> run_stream(BodyStream stream, BodyWriter writer) {
    try {
        co_await stream(std::move(writer));
        co_return true;
    } catch (const asio::multiple_exceptions&) {
        // Cancelled while it waited for one of several things.
    } catch (const boost::system::system_error&) {
        // The client went away, or the server stops.
    } catch (const std::exception& error) {
        log::error("stream_failed", "what=" + log::quoted(error.what()));
    }
    co_return false;
}

}  // namespace

struct HttpSession::Connection {
    explicit Connection(asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    beast::tcp_stream stream;
    beast::flat_buffer buffer{kBufferBytes};
};

// One request and its answer.
struct HttpSession::Exchange {
    RequestParser parser;
    bool body_is_read = false;
    bool keep_alive = true;
};

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
    if (auto denied = application_.guard.check(credentials_of(exchange.parser), access)) {
        asio::steady_timer delay(co_await asio::this_coro::executor, limits.denial_delay);
        co_await delay.async_wait(asio::use_awaitable);
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
        std::move(exchange.parser.get().body())};
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

asio::awaitable<void> HttpSession::write(Response response, const Exchange& exchange) {
    if (response.stream) {
        co_await write_stream(std::move(response), exchange);
        co_return;
    }
    const auto& request = exchange.parser.get();
    http::response<http::string_body> message;
    message.version(request.version() == 10 ? 10 : 11);
    set_head(message, response, exchange.keep_alive);
    const bool without_body = request.method() == http::verb::head;
    message.content_length(without_body ? 0 : response.body.size());
    message.body() = without_body ? std::string() : std::move(response.body);
    connection_->stream.expires_after(application_.limits.write_deadline);
    co_await http::async_write(connection_->stream, message, asio::use_awaitable);
}

asio::awaitable<void> HttpSession::write_stream(Response response, const Exchange& exchange) {
    const bool chunked = exchange.parser.get().version() != 10;
    http::response<http::empty_body> message;
    message.version(chunked ? 11 : 10);
    set_head(message, response, false);
    message.chunked(chunked);
    auto& stream = connection_->stream;
    http::response_serializer<http::empty_body> serializer{message};
    stream.expires_after(application_.limits.write_deadline);
    co_await http::async_write_header(stream, serializer, asio::use_awaitable);
    answering_ = false;
    if (stopping_) {
        co_return;
    }
    stream.expires_never();
    // g++ 12 destroys some temporaries of a co_await expression twice: everything has a name.
    BodyStream body = std::move(response.stream);
    BodyWriter writer = [this, chunked](std::string piece) {
        return write_piece(std::move(piece), chunked);
    };
    asio::awaitable<bool> streaming = run_stream(std::move(body), std::move(writer));
    asio::awaitable<void> watching = watch_for_end();
    const auto ended = co_await (std::move(streaming) || std::move(watching));
    // Without its last chunk a body is known to be cut short.
    if (chunked && ended.index() == 0 && std::get<0>(ended)) {
        stream.expires_after(application_.limits.write_deadline);
        co_await asio::async_write(stream, http::make_chunk_last(), asio::use_awaitable);
    }
}

asio::awaitable<void> HttpSession::write_piece(std::string piece, bool chunked) {
    if (piece.empty()) {
        co_return;
    }
    auto& stream = connection_->stream;
    stream.expires_after(application_.limits.write_deadline);
    if (chunked) {
        co_await asio::async_write(
            stream, http::make_chunk(asio::buffer(piece)), asio::use_awaitable
        );
    } else {
        co_await asio::async_write(stream, asio::buffer(piece), asio::use_awaitable);
    }
}

// Returns when the client ends the connection, or sends what it must not during a stream. On the
// socket itself: operations of a tcp_stream do not hear cancellation in Boost 1.81.
asio::awaitable<void> HttpSession::watch_for_end() {
    co_await connection_->stream.socket().async_wait(asio::ip::tcp::socket::wait_read, kAsTuple);
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
