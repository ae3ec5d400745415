// StorageThread gives Storage its one thread: calls run there in the order in which they were made,
// and the coroutine that waits goes on where it was.
//
//   const std::vector<Trial> trials = co_await storage([=](Storage& s) { return s.trials(key); });
//
// What a call throws is thrown to the waiting coroutine. The events it committed are announced on
// the loop before that coroutine goes on. Cancelling the coroutine cancels nothing here: a call
// that was made is carried out, and its answer waits. Lambdas are values: they capture copies, no
// references. Owned by the daemon; the loop must outlive it. A simulation gives it an executor to
// run the calls on and a probe that can make them fail.

#pragma once

#include "tuner/storage/storage.h"

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

class StorageThread {
  public:
    // Called on the loop with the events of a call, in order; never with none.
    using Announce = std::function<void(std::vector<Event>)>;

    // Called around each call, where it runs; what it throws, the call throws.
    enum class Moment { before, after };
    using Probe = std::function<void(Moment)>;

    StorageThread(Storage storage, boost::asio::any_io_executor loop, Announce announce);

    // For simulations: the calls run on `calls`; those that have not when this ends never must.
    StorageThread(
        Storage storage,
        boost::asio::any_io_executor loop,
        Announce announce,
        boost::asio::any_io_executor calls,
        Probe probe
    );

    // Carries out every call that was made. Answers and events on their way are the loop's.
    ~StorageThread();

    // Runs `call` on the storage thread and returns or throws what it does.
    template <class F>
    auto operator()(F call) -> boost::asio::awaitable<std::invoke_result_t<F, Storage&>>;

  private:
    // What a call gave back: nothing yet, or its value (monostate for void).
    template <class F>
    using Value = std::conditional_t<
        std::is_void_v<std::invoke_result_t<F, Storage&>>,
        std::optional<std::monostate>,
        std::optional<std::invoke_result_t<F, Storage&>>>;

    template <class F, class Handler>
    void start(F call, Handler handler);
    // On the storage thread: runs the call; `failure` is what it threw.
    template <class F>
    Value<F> run(F& call, std::exception_ptr& failure);

    Storage storage_;
    boost::asio::any_io_executor loop_;
    Announce announce_;
    std::optional<boost::asio::thread_pool> thread_;
    boost::asio::any_io_executor calls_;  // where they run: the thread, or the simulation's loop
    Probe probe_;
};

template <class F>
auto StorageThread::operator()(F call)
    -> boost::asio::awaitable<std::invoke_result_t<F, Storage&>> {
    using boost::asio::use_awaitable;
    using Signature = void(std::exception_ptr, Value<F>);
    auto initiate = [this](auto handler, F work) { start(std::move(work), std::move(handler)); };
    Value<F> value =
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, Signature>(
            initiate, use_awaitable, std::move(call)
        );
    if constexpr (!std::is_void_v<std::invoke_result_t<F, Storage&>>) {
        co_return *std::move(value);
    }
}

template <class F, class Handler>
void StorageThread::start(F call, Handler handler) {
    namespace asio = boost::asio;
    // Keeps the loop running while it waits for us.
    auto caller = asio::prefer(
        asio::get_associated_executor(handler, loop_), asio::execution::outstanding_work.tracked
    );
    auto loop = asio::prefer(loop_, asio::execution::outstanding_work.tracked);
    auto job = [this, call = std::move(call), handler = std::move(handler), caller, loop](
               ) mutable {
        std::exception_ptr failure;
        Value<F> value = run(call, failure);
        auto answer = [handler = std::move(handler), failure, value = std::move(value)]() mutable {
            std::move(handler)(failure, std::move(value));
        };
        // First on the loop, so that the events are out before the caller goes on.
        auto announce = [announce = announce_,
                         events = storage_.take_events(),
                         caller,
                         answer = std::move(answer)]() mutable {
            if (!events.empty()) {
                announce(std::move(events));
            }
            asio::dispatch(caller, std::move(answer));
        };
        asio::post(loop, std::move(announce));
    };
    asio::post(calls_, std::move(job));
}

template <class F>
StorageThread::Value<F> StorageThread::run(F& call, std::exception_ptr& failure) {
    try {
        Value<F> value;
        probe_(Moment::before);
        if constexpr (std::is_void_v<std::invoke_result_t<F, Storage&>>) {
            call(storage_);
            value.emplace();
        } else {
            value.emplace(call(storage_));
        }
        probe_(Moment::after);
        return value;
    } catch (...) {
        failure = std::current_exception();
        return std::nullopt;
    }
}

}  // namespace tuner
