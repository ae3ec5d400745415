// offload() runs a pure function on the worker pool and resumes the caller on its own executor with
// the result. A simulation passes its loop for the pool.
//
// The function gets no references to the loop's state: what it needs is moved in, what it makes is
// moved out. The caller cannot be cancelled while it waits; functions here take milliseconds.

#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

template <class Function>
boost::asio::awaitable<std::invoke_result_t<Function>> offload(
    boost::asio::any_io_executor pool, Function function
) {
    namespace asio = boost::asio;
    using Value = std::invoke_result_t<Function>;
    auto initiate = [pool = std::move(pool)](auto handler, Function work) {
        // Keeps the loop running while it waits for us.
        const auto home = asio::prefer(
            asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
        );
        asio::post(pool, [handler = std::move(handler), work = std::move(work), home]() mutable {
            std::exception_ptr error;
            std::optional<Value> value;
            try {
                value.emplace(work());
            } catch (...) {
                error = std::current_exception();
            }
            asio::post(
                home,
                [handler = std::move(handler), error, value = std::move(value)]() mutable {
                    std::move(handler)(error, std::move(value));
                }
            );
        });
    };
    std::optional<Value> value = co_await asio::async_initiate<
        const asio::use_awaitable_t<>,
        void(std::exception_ptr, std::optional<Value>)>(
        initiate, asio::use_awaitable, std::move(function)
    );
    co_return std::move(*value);
}

}  // namespace tuner
