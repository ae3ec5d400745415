#include "tuner/scheduler/running_attempts.h"

#include "tuner/base/failpoint.h"

#include <utility>

namespace tuner {

namespace asio = boost::asio;

RunningAttempts::RunningAttempts(
    asio::any_io_executor loop, StudyRecord& record, Ended ended, Abandoned abandoned
)
    : record_(record),
      ended_(std::move(ended)),
      abandoned_(std::move(abandoned)),
      tasks_(std::move(loop), [](const std::exception_ptr& error) {
          std::rethrow_exception(error);
      }) {}

void RunningAttempts::add(
    AttemptRecord record, std::unique_ptr<Attempt> attempt, StopPurpose purpose
) {
    const TrialId id = record.trial;
    const AttemptId attempt_id = record.id;
    Running& running =
        running_.emplace(id, Running{std::move(record), std::move(attempt), purpose}).first->second;
    tasks_.spawn(mind(id, attempt_id));
    if (purpose != StopPurpose::none) {
        running.attempt->stop();
    }
}

asio::awaitable<void> RunningAttempts::mind(TrialId id, AttemptId attempt) {
    try {
        ReportSink store = [this, id, attempt](Report report) {
            return record_.add_measurements(id, attempt, std::move(report));
        };
        AttemptExit exit = co_await running_.at(id).attempt->run(std::move(store));
        ended_(id, std::move(exit));
    } catch (const StorageError&) {
        abandoned_(id, std::current_exception());
    }
}

asio::awaitable<void> RunningAttempts::stop_all(StopPurpose purpose) {
    for (auto& [id, running] : running_) {
        running.purpose = purpose;
        co_await record_.set_stopping(running.record.id);
        running.attempt->stop();
        failpoint("daemon.stop_signalled");
    }
}

asio::awaitable<void> RunningAttempts::release_all() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace tuner
