// An HttpSession is one connection: it reads a request, lets the guard and the router decide, calls
// the handler, writes the answer, and begins again until the client is done.
//
// One request at a time, in order; what a client sends ahead waits in a bounded buffer. Every wait
// has a deadline, re-armed before each write. The guard speaks before a body is read. A handler
// that throws becomes a 500 with a number that is also in the log, and the connection lives on. The
// server and the running coroutine share the session: the only shared ownership in the product. It
// lives on the loop thread.

#pragma once

#include "tuner/api/guard.h"
#include "tuner/api/http_message.h"
#include "tuner/api/router.h"
#include "tuner/base/time.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace tuner {

class TuningService;

// Every limit of the HTTP server (docs/rest.md names them).
struct HttpLimits {
    std::size_t connections = 1'024;  // more are closed as soon as they are accepted
    std::size_t header_bytes = 8 * 1'024;
    std::size_t header_fields = 64;
    std::size_t target_bytes = 4 * 1'024;
    std::size_t body_bytes = 1'024 * 1'024;
    Duration header_deadline{10'000};   // from a request's first byte to the end of its header
    Duration request_deadline{30'000};  // from there to the end of its body
    Duration idle_deadline{60'000};     // between requests
    Duration write_deadline{30'000};    // for each piece written
    Duration denial_delay{100};         // before a wrong token is answered
    Duration shutdown_grace{2'000};     // for answers in the making when the server stops
};

// What all sessions of a server share. It outlives them.
struct HttpApplication {
    std::span<const Route> routes;  // a constexpr table
    TuningService& service;
    Guard guard;
    HttpLimits limits;
};

class HttpSession {
  public:
    HttpSession(boost::asio::ip::tcp::socket socket, const HttpApplication& application);
    ~HttpSession();
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    // Serves the connection until it ends. Throws nothing that a client could cause.
    boost::asio::awaitable<void> run();

    // Ends an idle connection or a stream at once, any other after the present answer.
    void stop();

    // Ends the connection now.
    void close();

  private:
    struct Connection;
    struct Exchange;

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> wait_for_request();
    boost::asio::awaitable<Response> answer(Exchange& exchange);
    boost::asio::awaitable<std::optional<Response>> read_body(Exchange& exchange);
    boost::asio::awaitable<Response> call_handler(const RouteMatch& match, Request request);
    boost::asio::awaitable<void> write(Response response, const Exchange& exchange);
    boost::asio::awaitable<void> write_stream(Response response, const Exchange& exchange);
    boost::asio::awaitable<void> write_piece(std::string piece, bool chunked);
    boost::asio::awaitable<void> watch_for_end();
    boost::asio::awaitable<void> linger();

    const HttpApplication& application_;
    std::unique_ptr<Connection> connection_;
    bool answering_ = false;
    bool stopping_ = false;
};

}  // namespace tuner
