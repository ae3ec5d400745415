#include "tuner/executor/local_executor.h"

#include "tuner/base/failpoint.h"
#include "tuner/executor/adoption.h"
#include "tuner/executor/launch_check.h"
#include "tuner/executor/local_attempt.h"
#include "tuner/executor/workspace.h"
#include "tuner/formats/attempt_files.h"

#include <array>
#include <csignal>
#include <sys/resource.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr Duration kLookAgain{200};
constexpr int kLooksForProcess = 3;

std::int64_t present_open_files_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::int64_t>(limit.rlim_cur) : -1;
}

// What the shim has to say before its deadline; empty when nothing.
asio::awaitable<std::string> hear(OwnedFd ready) {
    const auto executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor pipe(executor, ready.release());
    asio::steady_timer deadline(executor, kReadyTimeout);
    std::array<char, 1024> text{};
    constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
    const auto outcome =
        co_await (pipe.async_read_some(asio::buffer(text), kToken) || deadline.async_wait(kToken));
    if (outcome.index() == 1) {
        co_return "";
    }
    co_return std::string(text.data(), std::get<1>(std::get<0>(outcome)));
}

// Why a shim is not ready, from what it said instead.
std::string explain(const std::string& word, const Workspace& workspace) {
    if (word.size() > 1) {
        return word.substr(1);
    }
    return word.empty() ? "no answer; " + workspace.read_shim_log() : "no identity";
}

// Looks at the lock first: once it is free, nothing changes any more. Nothing when the machine does
// not let us look.
std::optional<Adoption> judge(
    const Workspace& workspace, const AttemptIdentity& identity, OwnedFd& process
) {
    const Result<bool> held = workspace.is_lock_held();
    const Result<ExitRecord> exit = workspace.read_exit();
    const AttemptIdentity own = own_identity();
    const bool exit_unknown = !exit && exit.error().code == ErrorCode::unavailable;
    if (!held || (!*held && exit_unknown) || own.boot_id.empty() || own.pid_namespace.empty()) {
        return std::nullopt;
    }
    AdoptionEvidence evidence;
    evidence.lock_held = *held;
    evidence.same_boot = is_same_boot(identity);
    evidence.same_pids = is_same_pid_namespace(identity);
    if (evidence.lock_held) {
        process = open_verified(identity);
    }
    evidence.process_found = static_cast<bool>(process);
    evidence.exit_valid = exit.has_value();
    return choose_adoption(evidence);
}

// Without evidence there is no verdict, however long it takes: a live attempt that is taken for a
// dead one runs twice. Alive but not found is rare enough to look twice, too.
bool needs_another_look(const std::optional<Adoption>& standing, int tries) {
    return !standing || (*standing == Adoption::watch && tries < kLooksForProcess);
}

}  // namespace

LocalExecutor::LocalExecutor(std::string shim, std::int64_t open_files_soft)
    : shim_(std::move(shim)),
      open_files_soft_(open_files_soft < 0 ? present_open_files_limit() : open_files_soft) {}

asio::awaitable<Result<std::unique_ptr<Attempt>>> LocalExecutor::start(Launch launch) {
    orphans_.reap();
    Result<AttemptSpec> spec = resolve_launch(launch);
    if (!spec) {
        co_return tl::unexpected(spec.error());
    }
    spec->open_files_soft = open_files_soft_;
    Result<Workspace> workspace = Workspace::create(launch.dir);
    if (!workspace) {
        co_return tl::unexpected(workspace.error());
    }
    failpoint("daemon.folder_made");
    if (const Result<void> written = workspace->write_spec(*spec); !written) {
        co_return fail(ErrorCode::exhausted, written.error().message);
    }
    failpoint("daemon.spec_written");
    Result<ShimProcess> shim = spawn_shim(shim_, launch.dir);
    failpoint("daemon.shim_spawned");
    if (!shim) {
        co_return tl::unexpected(shim.error());
    }
    AttemptHandle handle;
    handle.uuid = launch.uuid;
    handle.process = std::move(shim->process);
    handle.go = std::move(shim->go);
    std::string word;
    try {  // however this ends, the shim hears "never" and is reaped
        asio::awaitable<std::string> heard = hear(std::move(shim->ready));
        word = co_await std::move(heard);
    } catch (...) {
        orphans_.take(std::move(handle.process));
        throw;
    }
    const Result<AttemptIdentity> identity = workspace->read_identity();
    if (word != std::string(1, kReadyWord) || !identity || identity->pid != shim->pid) {
        const std::string why = explain(word, *workspace);
        handle.go.reset();
        orphans_.take(std::move(handle.process));
        const bool was_told = !word.empty() && word.front() == kFailedWord;
        co_return fail(
            was_told ? ErrorCode::exhausted : ErrorCode::unavailable,
            fmt::format("the minder of the attempt failed: {}", why)
        );
    }
    handle.identity = *identity;
    failpoint("daemon.shim_ready");
    co_return std::make_unique<LocalAttempt>(std::move(handle), std::move(*workspace), orphans_);
}

asio::awaitable<std::unique_ptr<Attempt>> LocalExecutor::adopt(AttemptRecord record) {
    orphans_.reap();
    Workspace workspace(record.dir);
    AttemptHandle handle;
    handle.identity = record.identity;
    handle.uuid = record.uuid;
    handle.metrics_offset = record.metrics_offset;
    std::optional<Adoption> standing = judge(workspace, record.identity, handle.process);
    for (int tries = 1; needs_another_look(standing, tries); ++tries) {
        asio::steady_timer pause(co_await asio::this_coro::executor, kLookAgain);
        co_await pause.async_wait(asio::use_awaitable);
        workspace = Workspace(record.dir);
        standing = judge(workspace, record.identity, handle.process);
    }
    handle.standing = *standing;
    if (handle.standing != Adoption::mind && handle.standing != Adoption::watch) {
        handle.identity = {};
    }
    co_return std::make_unique<LocalAttempt>(std::move(handle), std::move(workspace), orphans_);
}

asio::awaitable<void> LocalExecutor::abandon(AttemptRecord record) {
    const Result<AttemptIdentity> identity = Workspace(record.dir).read_identity();
    if (!identity) {
        co_return;  // its shim never came as far as being able to start anything
    }
    record.identity = *identity;
    std::unique_ptr<Attempt> attempt = co_await adopt(std::move(record));
    attempt->stop();
    // The reports are nobody's: the trainer was never let go.
    asio::awaitable<AttemptExit> over =
        attempt->run([](Report) -> asio::awaitable<void> { co_return; });
    co_await std::move(over);
}

}  // namespace tuner
