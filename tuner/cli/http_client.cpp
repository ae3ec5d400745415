#include "tuner/cli/http_client.h"

#include "tuner/formats/json_text.h"

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace urls = boost::urls;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPieceBytes = 64 * 1'024;
constexpr std::uint32_t kHeaderBytes = 64 * 1'024;

ErrorCode error_code_of(int status) {
    switch (status) {
        case 404:
            return ErrorCode::not_found;
        case 409:
            return ErrorCode::conflict;
        case 429:
            return ErrorCode::exhausted;
        case 503:
            return ErrorCode::unavailable;
        case 507:
            return ErrorCode::no_space;
        default:
            break;
    }
    return status >= 500 ? ErrorCode::internal : ErrorCode::invalid_argument;
}

tl::unexpected<Error> lost(const std::string& url, error_code error) {
    if (error == beast::error::timeout) {
        return fail(ErrorCode::unavailable, fmt::format("the server at {} does not answer", url));
    }
    return fail(
        ErrorCode::unavailable, fmt::format("the server at {} went away: {}", url, error.message())
    );
}

asio::awaitable<Result<std::vector<tcp::endpoint>>> resolve(std::string host, std::string port) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (!error) {
        std::vector<tcp::endpoint> endpoints;
        endpoints.emplace_back(address, static_cast<unsigned short>(std::stoul(port)));
        co_return endpoints;
    }
    tcp::resolver resolver(co_await asio::this_coro::executor);
    const auto [failure, found] = co_await resolver.async_resolve(host, port, kAsTuple);
    if (failure) {
        co_return fail(
            ErrorCode::unavailable, fmt::format("cannot find {}: {}", host, failure.message())
        );
    }
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found) {
        endpoints.push_back(entry.endpoint());
    }
    co_return endpoints;
}

}  // namespace

struct HttpBody::Connection {
    explicit Connection(const asio::any_io_executor& executor) : stream(executor) {
        parser.header_limit(kHeaderBytes);
        parser.body_limit(boost::none);
    }

    asio::awaitable<error_code> connect(std::vector<tcp::endpoint> endpoints, Duration deadline);

    beast::tcp_stream stream;
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    std::string url;
};

// Tries each address in turn. The socket is marked close-on-exec before anything is awaited.
asio::awaitable<error_code> HttpBody::Connection::connect(
    std::vector<tcp::endpoint> endpoints, Duration deadline
) {
    error_code error = asio::error::host_not_found;
    for (const tcp::endpoint& endpoint : endpoints) {
        stream.close();
        stream.socket().open(endpoint.protocol());
        ::fcntl(stream.socket().native_handle(), F_SETFD, FD_CLOEXEC);
        stream.expires_after(deadline);
        std::tie(error) = co_await stream.async_connect(endpoint, kAsTuple);
        if (!error) {
            break;
        }
    }
    co_return error;
}

HttpBody::HttpBody(std::unique_ptr<Connection> connection, Duration quiet_deadline)
    : connection_(std::move(connection)), quiet_deadline_(quiet_deadline) {}

HttpBody::~HttpBody() = default;
HttpBody::HttpBody(HttpBody&&) noexcept = default;
HttpBody& HttpBody::operator=(HttpBody&&) noexcept = default;

asio::awaitable<Result<std::string>> HttpBody::next() {
    auto& [stream, buffer, parser, url] = *connection_;
    std::string piece(kPieceBytes, '\0');
    std::size_t filled = 0;
    while (filled == 0 && !parser.is_done()) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        parser.get().body().more = true;
        stream.expires_after(quiet_deadline_);
        const auto [error, bytes] =
            co_await http::async_read_some(stream, buffer, parser, kAsTuple);
        filled = piece.size() - parser.get().body().size;
        if (error && error != http::error::need_buffer) {
            co_return lost(url, error);
        }
    }
    piece.resize(filled);
    co_return piece;
}

Result<HttpClient> HttpClient::create(const Server& server, ClientLimits limits) {
    const auto url = urls::parse_uri(server.url);
    const bool port_fits =
        url && (!url->has_port() || url->port().empty() || url->port_number() > 0);
    const bool usable = url && port_fits && url->scheme() == "http" && !url->host().empty() &&
                        (url->path().empty() || url->path() == "/") && !url->has_query() &&
                        !url->has_fragment() && !url->has_userinfo();
    if (!usable) {
        return invalid(fmt::format(
            "'{}' is not the address of a server; it looks like http://HOST:7437", server.url
        ));
    }
    HttpClient client;
    client.host_ = url->host_type() == urls::host_type::ipv6 ? url->host_address() : url->host();
    client.port_ = url->has_port() && !url->port().empty() ? std::string(url->port()) : "80";
    client.authority_ = std::string(url->encoded_host_and_port());
    client.token_ = server.token;
    client.limits_ = limits;
    return client;
}

asio::awaitable<Result<HttpBody>> HttpClient::begin(
    std::string verb, std::string target, std::string json
) const {
    const auto endpoints = co_await resolve(host_, port_);
    if (!endpoints) {
        co_return tl::unexpected(endpoints.error());
    }
    auto connection = std::make_unique<HttpBody::Connection>(co_await asio::this_coro::executor);
    connection->url = url();
    const error_code refused = co_await connection->connect(*endpoints, limits_.connect_deadline);
    if (refused) {
        co_return fail(
            ErrorCode::unavailable,
            fmt::format("no server answers at {}: {}", url(), refused.message())
        );
    }
    http::request<http::string_body> request;
    request.method_string(verb);
    request.target(target);
    request.set(http::field::host, authority_);
    request.set(http::field::authorization, "Bearer " + token_);
    request.set(http::field::connection, "close");
    if (!json.empty()) {
        request.set(http::field::content_type, "application/json");
    }
    request.body() = std::move(json);
    request.prepare_payload();
    connection->stream.expires_after(limits_.answer_deadline);
    const auto [unsent, sent] = co_await http::async_write(connection->stream, request, kAsTuple);
    if (unsent) {
        co_return lost(url(), unsent);
    }
    const auto [error, bytes] = co_await http::async_read_header(
        connection->stream, connection->buffer, connection->parser, kAsTuple
    );
    if (error) {
        co_return lost(url(), error);
    }
    co_return HttpBody(std::move(connection), limits_.quiet_deadline);
}

asio::awaitable<Result<std::string>> HttpClient::call(
    std::string verb, std::string target, std::string json
) const {
    auto body = co_await begin(std::move(verb), std::move(target), std::move(json));
    if (!body) {
        co_return tl::unexpected(body.error());
    }
    std::string text;
    while (true) {
        const auto piece = co_await body->next();
        if (!piece) {
            co_return tl::unexpected(piece.error());
        }
        if (piece->empty()) {
            break;
        }
        text += *piece;
        if (text.size() > limits_.answer_bytes) {
            co_return fail(ErrorCode::internal, "the server's answer is too large");
        }
    }
    const int status = static_cast<int>(body->connection_->parser.get().result_int());
    if (status / 100 != 2) {
        co_return tl::unexpected(error_of(status, text));
    }
    co_return text;
}

asio::awaitable<Result<std::string>> HttpClient::get(std::string target) const {
    return call("GET", std::move(target), "");
}

asio::awaitable<Result<std::string>> HttpClient::post(std::string target, std::string json) const {
    return call("POST", std::move(target), std::move(json));
}

asio::awaitable<Result<std::string>> HttpClient::patch(std::string target, std::string json) const {
    return call("PATCH", std::move(target), std::move(json));
}

asio::awaitable<Result<std::string>> HttpClient::remove(std::string target) const {
    return call("DELETE", std::move(target), "");
}

asio::awaitable<Result<HttpBody>> HttpClient::open(std::string target) const {
    auto body = co_await begin("GET", std::move(target), "");
    if (!body) {
        co_return tl::unexpected(body.error());
    }
    const int status = static_cast<int>(body->connection_->parser.get().result_int());
    if (status / 100 == 2) {
        co_return body;
    }
    const auto problem = co_await body->next();
    co_return tl::unexpected(error_of(status, problem ? *problem : ""));
}

std::string encode_segment(std::string_view text) {
    return urls::encode({text.data(), text.size()}, urls::unreserved_chars);
}

Error error_of(int status, std::string_view body) {
    const ErrorCode code = error_code_of(status);
    if (const auto document = parse_json(body); document && document->is_object()) {
        const nlohmann::json none = nullptr;
        const nlohmann::json& error = document->contains("error") ? (*document)["error"] : none;
        if (error.is_object() && error.contains("message") && error["message"].is_string()) {
            return {code, error["message"].get<std::string>()};
        }
    }
    return {code, fmt::format("the server answered with status {}", status)};
}

}  // namespace tuner
