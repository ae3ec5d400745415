// Runs coroutines to their end on a loop of their own, with a deadline: a test that would hang
// fails instead.

#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace tests {

class Loop {
  public:
    static constexpr std::chrono::seconds kDeadline{20};

    boost::asio::io_context& context() { return context_; }

    // The coroutine's value; throws what it throws, and when it does not end in time.
    template <class T>
    T run(boost::asio::awaitable<T> coroutine) {
        // Shared with the coroutine, which outlives this call when it does not end in time.
        struct Outcome {
            std::optional<T> value;
            std::exception_ptr failure;
            bool ended = false;
        };

        const auto outcome = std::make_shared<Outcome>();
        boost::asio::co_spawn(
            context_,
            std::move(coroutine),
            [outcome](std::exception_ptr failure, T value) {
                outcome->ended = true;
                outcome->failure = failure;
                outcome->value.emplace(std::move(value));
            }
        );
        run_until(outcome->ended);
        if (outcome->failure) {
            std::rethrow_exception(outcome->failure);
        }
        return std::move(*outcome->value);
    }

    // Runs the loop until `ended`.
    void run_until(const bool& ended) {
        const auto deadline = std::chrono::steady_clock::now() + kDeadline;
        context_.restart();
        while (!ended && std::chrono::steady_clock::now() < deadline) {
            context_.run_one_for(std::chrono::milliseconds(100));
            context_.restart();
        }
        if (!ended) {
            throw std::runtime_error("the coroutine did not end in time");
        }
    }

  private:
    boost::asio::io_context context_{1};
};

}  // namespace tests
