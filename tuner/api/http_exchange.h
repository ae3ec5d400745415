// What the two halves of an HttpSession share: the connection, and one request with what is known
// of its answer.
//
// Included by http_session.cpp, which reads, and http_answer.cpp, which writes.

#pragma once

#include "tuner/api/http_head.h"
#include "tuner/api/http_session.h"

#include <cstddef>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace tuner {

inline constexpr std::size_t kSessionBufferBytes = 64 * 1'024;

struct HttpSession::Connection {
    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    boost::beast::tcp_stream stream;
    boost::beast::flat_buffer buffer{kSessionBufferBytes};
};

// One request and its answer.
struct HttpSession::Exchange {
    RequestParser parser;
    bool body_is_read = false;
    bool keep_alive = true;
};

}  // namespace tuner
