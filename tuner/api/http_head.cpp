#include "tuner/api/http_head.h"

#include "tuner/api/problem.h"

#include <string>
#include <vector>

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

namespace tuner {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

std::vector<std::string> all_values(const RequestParser& parser, beast::string_view name) {
    std::vector<std::string> values;
    const auto [begin, end] = parser.get().equal_range(name);
    for (auto field = begin; field != end; ++field) {
        values.emplace_back(field->value());
    }
    return values;
}

}  // namespace

Credentials credentials_of(const RequestParser& parser) {
    return {
        all_values(parser, "Host"),
        all_values(parser, "Origin"),
        all_values(parser, "Sec-Fetch-Site"),
        all_values(parser, "Authorization"),
    };
}

std::optional<Response> refusal(error_code error, const HttpLimits& limits) {
    if (error == http::error::header_limit) {
        return problem(
            431, fmt::format("the request's header is larger than {} bytes", limits.header_bytes)
        );
    }
    if (error == http::error::body_limit) {
        return problem(
            413, fmt::format("the request's body is larger than {} bytes", limits.body_bytes)
        );
    }
    if (error == beast::error::timeout || error == http::error::end_of_stream ||
        error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_method).category()) {
        return std::nullopt;
    }
    return problem(400, "the request is not well-formed HTTP/1.1: " + error.message());
}

std::optional<Response> too_large(const RequestParser& parser, const HttpLimits& limits) {
    const auto& head = parser.get();
    std::size_t fields = 0;
    std::size_t bytes = head.method_string().size() + head.target().size() + 14;
    for (const auto& field : head) {
        ++fields;
        bytes += field.name_string().size() + field.value().size() + 4;
    }
    if (head.target().size() > limits.target_bytes) {
        return problem(
            414, fmt::format("the address is longer than {} bytes", limits.target_bytes)
        );
    }
    if (bytes > limits.header_bytes) {
        return refusal(http::error::header_limit, limits);
    }
    if (fields > limits.header_fields) {
        return problem(
            431, fmt::format("the request has more than {} header fields", limits.header_fields)
        );
    }
    return std::nullopt;
}

}  // namespace tuner
