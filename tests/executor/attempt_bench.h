// An AttemptBench is what tests with real processes stand on: a folder, a loop, a LocalExecutor,
// and mock trainers to launch.

#pragma once

#include "tests/support/temp_dir.h"
#include "tuner/base/random.h"
#include "tuner/executor/local_executor.h"
#include "tuner/formats/attempt_files.h"

#include <chrono>
#include <csignal>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace tuner::test {

inline constexpr std::chrono::seconds kTestDeadline{60};

// Asks again and again until it holds; false at the deadline.
template <class Predicate>
bool eventually(Predicate holds) {
    const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

// All that one run of an attempt told.
struct Story {
    AttemptExit exit;
    std::vector<Measurement> measurements;
    std::int64_t metrics_offset = 0;
};

class AttemptBench {
  public:
    AttemptBench() { std::signal(SIGPIPE, SIG_IGN); }

    // A launch of the mock trainer with these flags, in a folder of its own.
    Launch launch(std::vector<std::string> flags) {
        Launch launch;
        launch.attempt = AttemptId(++launched_);
        launch.uuid = random_uuid();
        launch.dir = (dir_ / ("attempt-" + std::to_string(launched_))).string();
        launch.argv = std::move(flags);
        launch.argv.insert(launch.argv.begin(), MOCK_TRAINER_PATH);
        launch.env = {
            {"CLOUD_ML_HP_METRIC_FILE", launch.dir + "/" + kHypertuneFile},
            {"TUNER_ATTEMPT", std::to_string(launched_)},
            {"TUNER_TRIAL", "7"},
        };
        launch.working_dir = dir_.path().string();
        launch.metric = "loss";
        launch.termination_grace = Duration(20'000);
        return launch;
    }

    // Runs a coroutine to its end on the loop; fails at the deadline.
    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        std::exception_ptr error;
        boost::asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr e, T value) {
            error = e;
            result = std::move(value);
        });
        const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
        loop_.restart();
        while (!result && !error && std::chrono::steady_clock::now() < deadline) {
            loop_.run_one_for(std::chrono::milliseconds(100));
            loop_.restart();
        }
        if (error) {
            std::rethrow_exception(error);
        }
        if (!result) {
            throw std::runtime_error("the deadline of the test has passed");
        }
        return std::move(*result);
    }

    std::unique_ptr<Attempt> start(Launch launch) {
        auto attempt = run(executor_.start(std::move(launch)));
        if (!attempt) {
            throw std::runtime_error(attempt.error().message);
        }
        return std::move(*attempt);
    }

    // Runs an attempt to its end.
    Story finish(Attempt& attempt) {
        Story story;
        story.exit = run(attempt.run(collector(story)));
        return story;
    }

    Story tell(Launch launch) {
        const std::unique_ptr<Attempt> attempt = start(std::move(launch));
        return finish(*attempt);
    }

    // `story` outlives the sink.
    static ReportSink collector(Story& story) {
        return [&story](Report report) { return collect(&story, std::move(report)); };
    }

    static AttemptRecord record_of(const Launch& launch, const AttemptIdentity& identity) {
        AttemptRecord record;
        record.id = launch.attempt;
        record.uuid = launch.uuid;
        record.state = AttemptState::running;
        record.dir = launch.dir;
        record.identity = identity;
        return record;
    }

    static std::string random_uuid() { return random_hex(16); }

    TempDir& dir() { return dir_; }

    LocalExecutor& executor() { return executor_; }

    boost::asio::io_context& loop() { return loop_; }

  private:
    static boost::asio::awaitable<void> collect(Story* story, Report report) {
        story->measurements.insert(
            story->measurements.end(), report.measurements.begin(), report.measurements.end()
        );
        story->metrics_offset = report.metrics_offset;
        co_return;
    }

    TempDir dir_;
    boost::asio::io_context loop_{1};
    LocalExecutor executor_{TUNER_SHIM_PATH};
    int launched_ = 0;
};

}  // namespace tuner::test
