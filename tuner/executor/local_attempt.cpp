#include "tuner/executor/local_attempt.h"

#include "tuner/base/failpoint.h"
#include "tuner/base/log.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/formats/proc_files.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <limits>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/descriptor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr Duration kFirstSweepPause{5};
constexpr Duration kLastSweepPause{1'000};
// What cannot be read now is tried again so often, and so long after the first time.
constexpr int kReadTries = 4;
constexpr Duration kFirstReadPause{50};
constexpr int kReadPauseGrowth = 4;
constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

asio::awaitable<void> pause(Duration duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

bool may_pass(const Error& error) {
    return error.code == ErrorCode::unavailable;
}

}  // namespace

LocalAttempt::LocalAttempt(AttemptHandle handle, Workspace workspace, Orphanage& orphans)
    : handle_(std::move(handle)),
      workspace_(std::move(workspace)),
      tail_(workspace_.open_metrics(), handle_.metrics_offset),
      orphans_(orphans) {}

LocalAttempt::~LocalAttempt() {
    handle_.go.reset();
    orphans_.take(std::move(handle_.process));
}

asio::awaitable<AttemptExit> LocalAttempt::run(ReportSink sink) {
    say_go();
    if (handle_.standing == Adoption::mind || handle_.standing == Adoption::watch) {
        while (!co_await ends_within(kPollInterval)) {
            co_await forward(sink, kNoEnd);
            tell_if_unkillable(workspace_.read_unkillable());
        }
    }
    const Result<ExitRecord> record = co_await read_exit();
    failpoint("daemon.exit_read");
    const std::int64_t end = record ? record->metric_bytes : kNoEnd;
    const bool heard_all = co_await drain(sink, end);
    failpoint("daemon.drained");
    const bool may_signal =
        handle_.standing == Adoption::mind || handle_.standing == Adoption::sweep;
    if (!record && may_signal) {
        failpoint("daemon.before_sweep");
        co_await sweep();
        failpoint("daemon.swept");
    }
    AttemptExit exit = describe(record);
    if (!heard_all && exit.kind == ExitKind::exited && exit.code == 0) {
        exit.kind = ExitKind::lost;
        exit.message = "what it reported could not be read to the end";
    }
    co_return exit;
}

void LocalAttempt::stop() {
    handle_.go.reset();  // one that was not let go never will be
    if (handle_.process) {
        signal_process(handle_.process, SIGTERM);
    }
}

// The shim may have died meanwhile; then the pipe is broken, which run() finds out by itself.
void LocalAttempt::say_go() {
    if (handle_.go) {
        [[maybe_unused]] const ssize_t sent = ::write(handle_.go.get(), &kGoWord, sizeof kGoWord);
        failpoint("daemon.go_said");
        handle_.go.reset();
    }
}

// Whoever may live counts as living: a second attempt beside the first is worse than waiting.
asio::awaitable<bool> LocalAttempt::ends_within(Duration patience) {
    const auto executor = co_await asio::this_coro::executor;
    if (!handle_.process) {
        co_await pause(patience);
        co_return !workspace_.is_lock_held().value_or(true);
    }
    // A copy, because the descriptor closes what it is given.
    OwnedFd copy(::fcntl(handle_.process.get(), F_DUPFD_CLOEXEC, 0));
    asio::posix::stream_descriptor process(executor);
    boost::system::error_code refused;
    process.assign(copy.get(), refused);
    if (refused) {  // no descriptor left: looked at from time to time
        co_await pause(patience);
        co_return has_ended(handle_.process);
    }
    copy.release();
    asio::steady_timer timer(executor, patience);
    constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
    co_await (
        process.async_wait(asio::posix::descriptor::wait_read, kToken) || timer.async_wait(kToken)
    );
    co_return has_ended(handle_.process);
}

asio::awaitable<void> LocalAttempt::forward(ReportSink sink, std::int64_t end) {
    while (std::optional<Report> report = tail_.read(end)) {
        failpoint("daemon.report_read");
        asio::awaitable<void> stored = sink(std::move(*report));
        co_await std::move(stored);
    }
}

// A file that cannot be read now may be there all the same.
asio::awaitable<Result<ExitRecord>> LocalAttempt::read_exit() {
    Result<ExitRecord> record = workspace_.read_exit();
    Duration wait = kFirstReadPause;
    for (int i = 1; i < kReadTries && !record && may_pass(record.error()); ++i) {
        co_await pause(wait);
        wait *= kReadPauseGrowth;
        record = workspace_.read_exit();
    }
    co_return record;
}

// Reports the rest, up to `end`; false when it cannot be read.
asio::awaitable<bool> LocalAttempt::drain(ReportSink sink, std::int64_t end) {
    co_await forward(sink, end);
    Duration wait = kFirstReadPause;
    for (int i = 1; i < kReadTries && end != kNoEnd && tail_.position() < end; ++i) {
        co_await pause(wait);
        wait *= kReadPauseGrowth;
        tail_.reopen(workspace_.open_metrics());
        co_await forward(sink, end);
    }
    co_return end == kNoEnd || tail_.position() >= end;
}

// Kills what a killed shim left behind, until nothing is left: it is known by its cookie.
asio::awaitable<void> LocalAttempt::sweep() {
    const std::string cookie = std::string(kCookieVariable) + "=" + handle_.uuid;
    Duration wait = kFirstSweepPause;
    Duration waited{0};
    while (const int left = signal_by_environment(cookie, SIGKILL)) {
        co_await pause(wait);
        waited += wait;
        wait = std::min(wait * 2, kLastSweepPause);
        tell_if_unkillable(waited < kUnkillableAfter ? "" : fmt::format("{} of them", left));
    }
}

// Once: it keeps its slot until it is gone, and only a person can do something about it.
void LocalAttempt::tell_if_unkillable(const std::string& pids) {
    if (!pids.empty() && !told_unkillable_) {
        told_unkillable_ = true;
        log::error(
            "attempt_unkillable",
            fmt::format("directory={} pids={}", log::quoted(workspace_.dir()), log::quoted(pids))
        );
    }
}

AttemptExit LocalAttempt::describe(const Result<ExitRecord>& record) const {
    AttemptExit exit;
    if (record) {
        exit = record->exit;
        if (record->metric_lines_dropped > 0) {
            log::warning(
                "metrics_dropped",
                fmt::format(
                    "directory={} lines={}",
                    log::quoted(workspace_.dir()),
                    record->metric_lines_dropped
                )
            );
        }
    } else if (handle_.standing == Adoption::write_off) {
        exit.message = "the machine or its container was restarted while the trainer ran";
    } else {
        exit.message = "the process that minded the trainer was killed; " + record.error().message;
    }
    if (exit.kind != ExitKind::never_started) {
        exit.log_tail = workspace_.read_log_tail();
    }
    return exit;
}

}  // namespace tuner
