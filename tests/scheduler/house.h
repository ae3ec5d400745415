// A House is a scheduler at work without HTTP and processes: a loop that the test turns, a fake
// executor, and storage that fails when the test wants it to. Its time is the machine's, or that of
// a Timeline, which stands still until the test lets some pass.

#pragma once

#include "tests/support/builders.h"
#include "tests/support/fake_executor.h"
#include "tests/support/timeline.h"
#include "tuner/scheduler/scheduler.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

namespace tuner::test {

namespace asio = boost::asio;

// A daemon without HTTP and processes. The storage can outlive it, as the file outlives a killed
// daemon.
class House {
  public:
    explicit House(
        Storage storage = Storage::in_memory(at(0)),
        bool passive = false,
        Machine machine = {},
        Timeline* timeline = nullptr
    )
        : timeline_(timeline),
          clock_(clock_of(timeline)),
          sleeper_(sleeper_of(timeline, loop_.get_executor())),
          machine_{{}, {}, Host{std::move(machine), {}}, {}, {}},
          storage_(
              std::move(storage),
              loop_.get_executor(),
              [this](const std::vector<Event>& events) {
                  for (const Event& event : events) {
                      feed_.publish(event);
                  }
              },
              loop_.get_executor(),
              [this](StorageThread::Moment moment) {
                  if (trouble && moment == StorageThread::Moment::before && sound_calls-- <= 0) {
                      ++failed_calls;
                      throw StorageError(*trouble);
                  }
              }
          ),
          scheduler_(RunnerContext{
              loop_.get_executor(),
              pool_.get_executor(),
              storage_,
              executor,
              feed_,
              *clock_,
              *sleeper_,
              machine_,
              "/nowhere",
              [this](const std::string& why) { replaced = why; },
              passive}) {
        do_now(scheduler_.start(true));
    }

    ~House() { do_now(scheduler_.shut_down()); }

    // Runs the loop until a coroutine has ended.
    template <class T>
    T do_now(asio::awaitable<T> task) {
        std::optional<T> result;
        do_now(keep(std::move(task), result));
        return std::move(*result);
    }

    void do_now(asio::awaitable<void> task) {
        bool done = false;
        asio::co_spawn(loop_, std::move(task), [&](const std::exception_ptr& error) {
            if (error) {
                std::rethrow_exception(error);
            }
            done = true;
        });
        run_until([&] { return done; });
    }

    void run_until(const std::function<bool()>& holds) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!holds()) {
            loop_.restart();
            loop_.run_one_for(std::chrono::milliseconds(20));
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error("waited in vain");
            }
        }
    }

    // Lets everything happen that is due within `duration`, each at its moment.
    void pass(Duration duration) {
        run_ready();  // what has begun may want to be woken
        bool passed = false;
        timeline_->after(duration, [&passed] { passed = true; });
        while (!passed) {
            timeline_->advance();
            run_ready();
        }
    }

    StudyRunner& create(const StudyConfig& config = small_study(4, 2)) {
        return do_now(scheduler_.create({config, "/tmp/hyperparam.yaml", "trainingInput:"})).get();
    }

    static StudyConfig small_study(std::int64_t trials, std::int64_t parallel) {
        return a_config()
            .with([=](StudyConfig& config) {
                config.algorithm = Algorithm::random;
                config.limits.max_trials = trials;
                config.limits.max_parallel_trials = parallel;
                config.trainer.command = {"/bin/true"};
                config.trainer.working_dir = "/";
            })
            .build();
    }

    void completes(AttemptId attempt, double rmse) {
        executor.says(attempt, {1, {{"rmse", rmse}}});
        executor.ends(attempt, exited(0));
    }

    Scheduler& scheduler() { return scheduler_; }

    template <class F>
    auto ask_storage(F call) {
        return do_now(storage_(std::move(call)));
    }

    std::unique_ptr<EventSubscription> subscribe() { return feed_.subscribe(""); }

    asio::io_context& loop() { return loop_; }

  private:
    void run_ready() {
        loop_.restart();
        loop_.poll();
    }

    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> task, std::optional<T>& result) {
        result = co_await std::move(task);
    }

    static std::unique_ptr<Clock> clock_of(const Timeline* timeline) {
        if (timeline) {
            return std::make_unique<VirtualClock>(*timeline);
        }
        return std::make_unique<SystemClock>();
    }

    static std::unique_ptr<Sleeper> sleeper_of(
        Timeline* timeline, const asio::any_io_executor& loop
    ) {
        if (timeline) {
            return std::make_unique<VirtualSleeper>(*timeline, loop);
        }
        return std::make_unique<BootSleeper>(loop);
    }

    asio::io_context loop_{1};
    asio::thread_pool pool_{1};
    EventFeed feed_{loop_.get_executor()};
    Timeline* timeline_;
    std::unique_ptr<Clock> clock_;
    std::unique_ptr<Sleeper> sleeper_;
    MachineEnvironment machine_;

  public:
    FakeExecutor executor{loop_.get_executor()};
    std::string replaced;
    std::optional<StorageError> trouble;  // what every call of storage throws, when set …
    int sound_calls = 0;                  // … after so many that do not
    int failed_calls = 0;

  private:
    StorageThread storage_;
    Scheduler scheduler_;
};

// A House whose time is in the test's hands.
struct TimedHouse : private Timeline, public House {
    explicit TimedHouse(Storage storage = Storage::in_memory(at(0)))
        : House(std::move(storage), false, {}, this) {}
};

inline constexpr Duration kMoment{1};  // before which something is not yet

inline PostedReport at_step(std::int64_t step, double objective) {
    PostedReport report;
    report.step = step;
    report.objective = objective;
    return report;
}

inline std::int64_t count(const StudyRunner& runner, TrialState state) {
    return runner.history().count(state);
}

}  // namespace tuner::test
