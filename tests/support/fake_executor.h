// A FakeExecutor runs no processes: the test decides what each attempt says and how it ends.
//
//   executor.says(TrialId(1), {300, {{"rmse", 1.09}}});
//   executor.ends(TrialId(1), exited(0));
//
// It keeps the rules of Executor (nothing is said before run(), stop() is a request, destroying an
// attempt releases it) so that a runner tested with it meets no kinder world than the real one.

#pragma once

#include "tuner/executor/executor.h"
#include "tuner/scheduler/inbox.h"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tuner::test {

inline AttemptExit exited(int code) {
    AttemptExit exit;
    exit.kind = ExitKind::exited;
    exit.code = code;
    return exit;
}

inline AttemptExit ended_as(ExitKind kind) {
    AttemptExit exit;
    exit.kind = kind;
    return exit;
}

// What the test and the attempt share about one execution.
struct FakeExecution {
    explicit FakeExecution(boost::asio::any_io_executor loop) : words(std::move(loop)) {}

    Inbox<std::variant<Report, AttemptExit>> words;
    bool let_go = false;
    int stops = 0;
    std::int64_t offset = 0;
};

class FakeAttempt final : public Attempt {
  public:
    explicit FakeAttempt(std::shared_ptr<FakeExecution> execution)
        : execution_(std::move(execution)) {
        identity_.pid = 4711;
    }

    const AttemptIdentity& identity() const override { return identity_; }

    boost::asio::awaitable<AttemptExit> run(ReportSink sink) override {
        execution_->let_go = true;
        while (true) {
            co_await execution_->words.ready();
            auto word = execution_->words.take();
            if (auto* exit = std::get_if<AttemptExit>(&word)) {
                co_return std::move(*exit);
            }
            co_await sink(std::get<Report>(std::move(word)));
        }
    }

    void stop() override { ++execution_->stops; }

  private:
    std::shared_ptr<FakeExecution> execution_;
    AttemptIdentity identity_;
};

class FakeExecutor final : public Executor {
  public:
    explicit FakeExecutor(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

    boost::asio::awaitable<Result<std::unique_ptr<Attempt>>> start(Launch launch) override {
        launches.push_back(launch);
        if (refusal) {
            co_return tl::unexpected(*refusal);
        }
        co_return make(launch.attempt);
    }

    boost::asio::awaitable<std::unique_ptr<Attempt>> adopt(AttemptRecord record) override {
        adopted.push_back(record.id);
        co_return make(record.id);
    }

    boost::asio::awaitable<void> abandon(AttemptRecord record) override {
        abandoned.push_back(record.id);
        co_return;
    }

    FakeExecution& execution(AttemptId id) {
        const auto found = executions_.find(id);
        if (found == executions_.end()) {
            throw std::runtime_error("the attempt was never started");
        }
        return *found->second;
    }

    bool knows(AttemptId id) const { return executions_.contains(id); }

    void says(AttemptId id, Measurement measurement) {
        FakeExecution& said = execution(id);
        said.offset += 10;
        said.words.push(Report{{std::move(measurement)}, said.offset});
    }

    void ends(AttemptId id, AttemptExit exit) { execution(id).words.push(std::move(exit)); }

    std::optional<Error> refusal;  // what start() answers, when set
    std::vector<Launch> launches;
    std::vector<AttemptId> adopted;
    std::vector<AttemptId> abandoned;

  private:
    std::unique_ptr<Attempt> make(AttemptId id) {
        auto execution = std::make_shared<FakeExecution>(loop_);
        executions_[id] = execution;
        return std::make_unique<FakeAttempt>(std::move(execution));
    }

    boost::asio::any_io_executor loop_;
    std::map<AttemptId, std::shared_ptr<FakeExecution>> executions_;
};

}  // namespace tuner::test
