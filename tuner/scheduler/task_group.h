// A TaskGroup owns coroutines that must not outlive it: it can cancel them all and wait until they
// are gone.
//
// Nobody else in the product starts a coroutine without a parent. Cancelling is final (terminal):
// each child's next co_await throws operation_aborted. A child that ends with any other exception
// hands it to `on_error`, on the loop.

#pragma once

#include <exception>
#include <functional>
#include <list>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tuner {

class TaskGroup {
  public:
    using ErrorHandler = std::function<void(std::exception_ptr)>;

    TaskGroup(boost::asio::any_io_executor executor, ErrorHandler on_error);

    // All children must have ended: join() first.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    void spawn(boost::asio::awaitable<void> task);

    // Cancels every child that lives now.
    void cancel();

    // Waits until no child lives; children may still be added meanwhile.
    boost::asio::awaitable<void> join();

    std::size_t size() const { return children_.size(); }

  private:
    boost::asio::any_io_executor executor_;
    ErrorHandler on_error_;
    std::list<boost::asio::cancellation_signal> children_;
    boost::asio::steady_timer ended_;
};

}  // namespace tuner
