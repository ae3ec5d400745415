// The writing half of HttpSession: one answer, whole or piece by piece.

#include "tuner/api/as_tuple.h"
#include "tuner/api/http_exchange.h"
#include "tuner/base/log.h"

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>

namespace tuner {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

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

}  // namespace tuner
