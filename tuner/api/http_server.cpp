#include "tuner/api/http_server.h"

#include "tuner/api/as_tuple.h"
#include "tuner/base/log.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kBackOff{100};

std::string host_text(const tcp::endpoint& address) {
    const std::string host = address.address().to_string();
    return address.address().is_v6() ? "[" + host + "]" : host;
}

std::vector<std::string> hosts_of(const tcp::endpoint& address, std::vector<std::string> further) {
    for (const std::string host : {"127.0.0.1", "localhost", "[::1]"}) {
        further.push_back(fmt::format("{}:{}", host, address.port()));
    }
    if (!address.address().is_unspecified()) {
        further.push_back(fmt::format("{}:{}", host_text(address), address.port()));
    }
    return further;
}

tcp::acceptor listen_at(const asio::any_io_executor& executor, const tcp::endpoint& address) {
    tcp::acceptor acceptor(executor, address.protocol());
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(address);
    acceptor.listen();
    acceptor.native_non_blocking(true);
    return acceptor;
}

int open_reserve() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

HttpServer::HttpServer(
    asio::any_io_executor executor, HttpServerConfig config, TuningService& service
)
    : executor_(executor),
      acceptor_(listen_at(executor, config.listen)),
      address_(acceptor_.local_endpoint()),
      application_{
          config.routes,
          service,
          Guard(hosts_of(address_, std::move(config.further_hosts)), std::move(config.token)),
          config.limits},
      reserve_(open_reserve()),
      pause_(executor),
      ended_(executor) {
    ended_.expires_at(asio::steady_timer::time_point::max());
}

HttpServer::~HttpServer() {
    if (reserve_ >= 0) {
        ::close(reserve_);
    }
}

std::string HttpServer::url() const {
    const std::string host =
        address_.address().is_unspecified() ? "127.0.0.1" : host_text(address_);
    return fmt::format("http://{}:{}", host, address_.port());
}

asio::awaitable<void> HttpServer::run() {
    co_await accept_all();
    // From here on a cancellation has been heard: the sessions are waited for all the same.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    stop();
    co_await drain();
}

void HttpServer::stop() {
    if (!stopping_) {
        stopping_ = true;
        acceptor_.close();
        pause_.cancel();
        const auto sessions = sessions_;
        for (const auto& session : sessions) {
            session->stop();
        }
    }
}

asio::awaitable<void> HttpServer::accept_all() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping_) {
        const auto [error] = co_await acceptor_.async_wait(tcp::acceptor::wait_read, kAsTuple);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (error || state.cancelled() != asio::cancellation_type::none) {
            co_return;
        }
        co_await accept_ready();
    }
}

// Takes one waiting connection; when that cannot be, waits a moment.
asio::awaitable<void> HttpServer::accept_ready() {
    const int descriptor =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int error = descriptor >= 0 ? begin_session(descriptor) : errno;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
        error == ENOSPC) {
        log::warning(
            "accept_failed", fmt::format("errno={} connections={}", error, sessions_.size())
        );
        turn_one_away();
        pause_.expires_after(kBackOff);
        co_await pause_.async_wait(kAsTuple);
    }
    // Anything else is that connection's own trouble (it was reset while it waited).
}

// Answers an errno value: 0, or why the connection had to be closed again.
int HttpServer::begin_session(int descriptor) {
    tcp::socket socket(executor_);
    error_code refused;
    socket.assign(address_.protocol(), descriptor, refused);
    if (refused) {
        ::close(descriptor);
        return refused.value();
    }
    if (sessions_.size() >= application_.limits.connections) {
        return 0;  // the socket closes itself
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto session = std::make_shared<HttpSession>(std::move(socket), application_);
    sessions_.push_back(session);
    asio::co_spawn(executor_, session->run(), [this, session](std::exception_ptr failure) {
        std::erase(sessions_, session);
        ended_.cancel();
        if (failure) {
            log::error("session_failed");
        }
    });
    return 0;
}

// Out of descriptors: the client would wait in the queue for ever, so it is let in and sent off.
void HttpServer::turn_one_away() {
    if (reserve_ >= 0) {
        ::close(reserve_);
        const int descriptor =
            ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
    reserve_ = open_reserve();
}

asio::awaitable<void> HttpServer::drain() {
    asio::steady_timer grace(executor_, application_.limits.shutdown_grace);
    grace.async_wait([this](error_code error) {
        if (!error) {
            for (const auto& session : sessions_) {
                session->close();
            }
        }
    });
    while (!sessions_.empty()) {
        co_await ended_.async_wait(kAsTuple);
    }
}

}  // namespace tuner
