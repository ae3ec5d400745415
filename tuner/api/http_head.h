// The head of a request as the parser has it: who asks, whether it is too large, and how a request
// that cannot be read is refused. Pure; the only header of the api with Beast in it.

#pragma once

#include "tuner/api/guard.h"
#include "tuner/api/http_message.h"
#include "tuner/api/http_session.h"

#include <optional>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

namespace tuner {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// What the guard looks at.
Credentials credentials_of(const RequestParser& parser);

// The answer to a request that could not be read: 431, 413 or 400; nothing when there is nobody to
// answer, because the client went away or was too slow.
std::optional<Response> refusal(boost::system::error_code error, const HttpLimits& limits);

// 414 or 431 when the head is beyond the exact limits; the parser bounds it only roughly.
std::optional<Response> too_large(const RequestParser& parser, const HttpLimits& limits);

}  // namespace tuner
