// The router finds the handler of a request in a constexpr table of {verb, pattern, access,
// handler}.
//
// A pattern is a path in which {name} stands for one whole segment, `/v1/studies/{study}`, perhaps
// followed by a verb after a bare colon, `/v1/studies/{study}:stop`. A colon that belongs to a name
// is written %3A. A table has few routes, so it is searched in order. Pure.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/api/request_target.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class TuningService;

// Who may call: with the token, with that or a trial's own, which the handler then checks, or
// anybody.
enum class Access { token, trial, open };

// Handlers take the request by value: they outlive the connection's buffers.
using Handler = boost::asio::awaitable<Response> (*)(Request request, TuningService& service);

struct Route {
    std::string_view verb;  // GET, POST, PATCH, DELETE
    std::string_view pattern;
    Access access = Access::token;
    Handler handler = nullptr;
};

// The route of a request, or why there is none: `allow` lists the verbs of a path that exists.
struct RouteMatch {
    const Route* route = nullptr;
    std::vector<std::string> captures;  // decoded
    std::string allow;                  // "GET, DELETE" when only the verb is wrong, else empty
};

RouteMatch find_route(
    std::span<const Route> routes, std::string_view verb, const RequestTarget& target
);

}  // namespace tuner
