#include "tuner/cli/log_tail.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>

namespace tuner {

namespace asio = boost::asio;

asio::awaitable<Result<std::string>> LogTail::next() {
    Result<std::string> piece = co_await next_of_connection();
    if (!piece && piece.error().code == ErrorCode::unavailable && body_) {
        body_.reset();
        piece = co_await next_of_connection();  // fails when the server itself is gone
    }
    received_ += piece ? piece->size() : 0;
    co_return piece;
}

asio::awaitable<Result<std::string>> LogTail::next_of_connection() {
    if (!body_) {
        Result<HttpBody> opened = co_await client_.open(target_);
        if (!opened) {
            co_return tl::unexpected(opened.error());
        }
        body_.emplace(std::move(*opened));
        to_skip_ = received_;
    }
    while (true) {
        Result<std::string> piece = co_await body_->next();
        if (!piece || piece->empty()) {
            co_return piece;
        }
        const std::size_t skipped = std::min(to_skip_, piece->size());
        to_skip_ -= skipped;
        if (skipped < piece->size()) {
            co_return piece->substr(skipped);
        }
    }
}

}  // namespace tuner
