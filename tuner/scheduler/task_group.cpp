#include "tuner/scheduler/task_group.h"

#include "tuner/base/contract.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

bool is_cancellation(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, ErrorHandler on_error)
    : executor_(executor), on_error_(std::move(on_error)), ended_(executor) {
    ended_.expires_at(asio::steady_timer::time_point::max());
}

TaskGroup::~TaskGroup() {
    ensures(children_.empty(), "a task group ends after its tasks");
}

void TaskGroup::spawn(asio::awaitable<void> task) {
    const auto child = children_.emplace(children_.end());
    auto when_done = [this, child](std::exception_ptr error) {
        children_.erase(child);
        ended_.cancel();
        if (error && !is_cancellation(error)) {
            on_error_(std::move(error));
        }
    };
    asio::co_spawn(
        executor_,
        std::move(task),
        asio::bind_cancellation_slot(child->slot(), std::move(when_done))
    );
}

void TaskGroup::cancel() {
    for (auto child = children_.begin(); child != children_.end();) {
        // A child may end, and leave the list, while it is being told.
        const auto next = std::next(child);
        child->emit(asio::cancellation_type::terminal);
        child = next;
    }
}

asio::awaitable<void> TaskGroup::join() {
    while (!children_.empty()) {
        // The timer never expires: an ending child cancels it to wake this coroutine.
        boost::system::error_code ignored;
        co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

}  // namespace tuner
