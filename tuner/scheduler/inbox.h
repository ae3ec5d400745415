// An Inbox is a queue that one coroutine empties at its own pace: push() from anywhere on the loop
// thread, next() waits.

#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

template <class T>
class Inbox {
  public:
    explicit Inbox(boost::asio::any_io_executor executor) : wake_(std::move(executor)) {
        wake_.expires_at(boost::asio::steady_timer::time_point::max());
    }

    void push(T item) {
        items_.push_back(std::move(item));
        wake_.cancel();
    }

    void clear() { items_.clear(); }

    std::size_t size() const { return items_.size(); }

    // Waits until there is something. When the waiting coroutine is cancelled, it throws
    // operation_aborted.
    boost::asio::awaitable<void> ready() {
        while (items_.empty() && !closed_) {
            // The timer never expires: push() cancels it to wake this coroutine.
            boost::system::error_code ignored;
            co_await wake_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored)
            );
        }
    }

    // The oldest item; there must be one.
    T take() {
        T item = std::move(items_.front());
        items_.pop_front();
        return item;
    }

    // Wakes the reader for good: ready() no longer waits.
    void close() {
        closed_ = true;
        wake_.cancel();
    }

  private:
    std::deque<T> items_;
    bool closed_ = false;
    boost::asio::steady_timer wake_;
};

}  // namespace tuner
