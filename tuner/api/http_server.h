// The HttpServer listens, accepts connections, and lets each be served by its HttpSession.
//
// One loop on the one loop thread. It holds at most `limits.connections` of them; when the process
// is out of descriptors it gives up a reserved one to turn the next client away, waits, and goes
// on. Its sockets are closed in children (accept4 with CLOEXEC). run() is the server's whole life:
// it ends after stop(), when every session has ended.

#pragma once

#include "tuner/api/http_session.h"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tuner {

// Where to listen and for whom.
struct HttpServerConfig {
    boost::asio::ip::tcp::endpoint listen;   // port 0: any free one
    std::vector<std::string> further_hosts;  // Host values besides those of loopback and `listen`
    std::string token;
    std::span<const Route> routes;  // a constexpr table (routes.h)
    HttpLimits limits;
};

class HttpServer {
  public:
    // Listens at once. Throws boost::system::system_error when the address cannot be had.
    HttpServer(
        boost::asio::any_io_executor executor, HttpServerConfig config, TuningService& service
    );
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Where it listens, with the true port.
    boost::asio::ip::tcp::endpoint address() const { return address_; }

    // "http://127.0.0.1:7437".
    std::string url() const;

    std::size_t connections() const { return sessions_.size(); }

    // Accepts and serves until stop() (or cancellation), then waits for the sessions: answers in
    // the making get limits.shutdown_grace.
    boost::asio::awaitable<void> run();

    // No new connections; idle ones and streams end. Any number of times.
    void stop();

  private:
    boost::asio::awaitable<void> accept_all();
    boost::asio::awaitable<void> accept_ready();
    boost::asio::awaitable<void> drain();
    int begin_session(int descriptor);
    void turn_one_away();

    boost::asio::any_io_executor executor_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint address_;
    HttpApplication application_;
    int reserve_ = -1;  // given up for a moment when descriptors run out

    std::vector<std::shared_ptr<HttpSession>> sessions_;
    boost::asio::steady_timer pause_;  // after running out of descriptors; woken by stop()
    boost::asio::steady_timer ended_;  // cancelled whenever a session ends
    bool stopping_ = false;
};

}  // namespace tuner
