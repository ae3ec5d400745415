// The HttpClient speaks to a tuner server: JSON calls, and bodies that stream.
//
// Each call has a connection of its own, so a server that was restarted is found again by the next
// call. Every wait has a deadline. An answer that is no success becomes an Error with the server's
// message; a server that cannot be reached, or goes away, is `unavailable`. It lives on one loop.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Where a server is, and the token that opens it.
struct Server {
    std::string url;  // http://HOST:PORT
    std::string token;
};

struct ClientLimits {
    Duration connect_deadline{5'000};
    Duration answer_deadline{60'000};
    Duration quiet_deadline{45'000};  // between two pieces of a stream
    std::size_t answer_bytes = 64 * 1'024 * 1'024;
};

// The body of an answer while it comes.
class HttpBody {
  public:
    ~HttpBody();
    HttpBody(HttpBody&&) noexcept;
    HttpBody& operator=(HttpBody&&) noexcept;

    // The next bytes; empty at the end. `unavailable` when the server is silent for too long or
    // gone.
    boost::asio::awaitable<Result<std::string>> next();

  private:
    friend class HttpClient;
    struct Connection;

    HttpBody(std::unique_ptr<Connection> connection, Duration quiet_deadline);

    std::unique_ptr<Connection> connection_;
    Duration quiet_deadline_;
};

class HttpClient {
  public:
    // `invalid_argument` when the address is not http://HOST[:PORT].
    static Result<HttpClient> create(const Server& server, ClientLimits limits = {});

    // Each answers the body of a success. `target` is the path and query, encoded.
    boost::asio::awaitable<Result<std::string>> get(std::string target) const;
    boost::asio::awaitable<Result<std::string>> post(std::string target, std::string json) const;
    boost::asio::awaitable<Result<std::string>> patch(std::string target, std::string json) const;
    boost::asio::awaitable<Result<std::string>> remove(std::string target) const;

    // GET of a body that comes over time.
    boost::asio::awaitable<Result<HttpBody>> open(std::string target) const;

    // "http://127.0.0.1:7437", for messages.
    std::string url() const { return "http://" + authority_; }

  private:
    HttpClient() = default;

    boost::asio::awaitable<Result<HttpBody>> begin(
        std::string verb, std::string target, std::string json
    ) const;
    boost::asio::awaitable<Result<std::string>> call(
        std::string verb, std::string target, std::string json
    ) const;

    std::string authority_;  // HOST:PORT as the Host header has it
    std::string host_;       // without brackets
    std::string port_;
    std::string token_;
    ClientLimits limits_;
};

// A text as one segment of a path: everything but letters, digits and -._~ is escaped.
std::string encode_segment(std::string_view text);

// The error of an answer with `status`: the message of its problem document, or of the status.
Error error_of(int status, std::string_view body);

}  // namespace tuner
