// Request and Response are what handlers see of HTTP: values without a trace of the library below.
//
// A Response has a body, or a stream that writes one piece by piece for as long as the client
// listens. Everything here lives on the loop thread.

#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::vector<std::string> captures;  // what stands for each {…} of the route's pattern, decoded
    NamedTexts query;                   // decoded, in order
    std::string last_event_id;          // the header of that name, for event streams
    std::string body;
    std::string trial_token;  // what a trainer showed on a call of its own; else empty
};

// Sends one piece of a streamed body; returns when the client's side of the connection has taken
// it. Throws boost::system::system_error when the client is gone or takes nothing for too long.
using BodyWriter = std::function<boost::asio::awaitable<void>(std::string)>;

// Writes a body. It is cancelled when the client goes away.
using BodyStream = std::function<boost::asio::awaitable<void>(BodyWriter)>;

struct Response {
    int status = 200;
    std::string content_type = "application/json; charset=utf-8";
    std::string body;
    NamedTexts headers;  // further ones
    BodyStream stream;   // when set, it writes the body
};

}  // namespace tuner
