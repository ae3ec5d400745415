#include "tuner/scheduler/running_attempts.h"

#include "tuner/base/failpoint.h"
#include "tuner/base/log.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

RunningAttempts::RunningAttempts(
    asio::any_io_executor loop,
    StudyRecord& record,
    std::unique_ptr<const Pruner> pruner,
    Ended ended,
    Abandoned abandoned
)
    : record_(record),
      pruner_(std::move(pruner)),
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

std::vector<TrialId> RunningAttempts::ids() const {
    std::vector<TrialId> ids;
    for (const auto& [id, running] : running_) {
        ids.push_back(id);
    }
    return ids;
}

void RunningAttempts::add_asked(AttemptRecord record, StopPurpose purpose, Duration now) {
    const TrialId id = record.trial;
    running_.emplace(id, Running{std::move(record), nullptr, purpose, false, {now, now}});
    if (purpose == StopPurpose::requeue || purpose == StopPurpose::cancel) {
        stop(id);
    }
}

// Without a trainer there is nothing to wait for. One that is stopped early stays with whoever has
// it, who is told so by the answer to the next report.
void RunningAttempts::stop(TrialId id) {
    Running& running = running_.at(id);
    if (running.attempt) {
        running.attempt->stop();
    } else if (running.purpose != StopPurpose::prune && !std::exchange(running.is_over, true)) {
        AttemptExit exit;
        exit.kind = ExitKind::stopped;
        ended_(id, std::move(exit));
    }
}

asio::awaitable<void> RunningAttempts::mind(TrialId id, AttemptId attempt) {
    try {
        ReportSink store = [this, id, attempt](Report report) {
            return take_report(id, attempt, std::move(report));
        };
        co_await judge(id);  // adopted: its last report may not have been
        AttemptExit exit = co_await running_.at(id).attempt->run(std::move(store));
        ended_(id, std::move(exit));
    } catch (const StorageError&) {
        abandoned_(id, std::current_exception());
    }
}

asio::awaitable<void> RunningAttempts::take_report(TrialId id, AttemptId attempt, Report report) {
    co_await record_.add_measurements(id, attempt, std::move(report));
    co_await judge(id);
}

// The trial is told to stop only when the record says why; so a daemon that comes after this one
// goes on with it.
asio::awaitable<void> RunningAttempts::judge(TrialId id) {
    if (!pruner_ || running_.at(id).purpose != StopPurpose::none) {
        co_return;
    }
    std::optional<std::string> reason = pruner_->judge(record_.curves(), id);
    if (!reason) {
        co_return;
    }
    log::info(
        "trial_pruned",
        fmt::format(
            "study={} trial={} why={}", record_.study().id, id.value(), log::quoted(*reason)
        )
    );
    co_await prune(id, std::move(*reason));
}

asio::awaitable<void> RunningAttempts::prune(TrialId id, std::string reason) {
    const AttemptId attempt = running_.at(id).record.id;
    const bool is_pruning = co_await record_.set_pruning(id, attempt, std::move(reason));
    const auto found = running_.find(id);  // it may have ended meanwhile
    if (is_pruning && found != running_.end() && found->second.purpose == StopPurpose::none) {
        found->second.purpose = StopPurpose::prune;
        stop(id);
    }
}

asio::awaitable<void> RunningAttempts::stop_all(StopPurpose purpose) {
    for (auto& [id, running] : running_) {
        const bool is_pruned =
            running.purpose == StopPurpose::prune && purpose == StopPurpose::requeue;
        running.purpose = is_pruned ? StopPurpose::prune : purpose;
        co_await record_.set_stopping(running.record.id);
        stop(id);
        failpoint("daemon.stop_signalled");
    }
}

asio::awaitable<void> RunningAttempts::release_all() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace tuner
