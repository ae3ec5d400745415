#include "tuner/app/session.h"

#include "tuner/app/detached_daemon.h"
#include "tuner/app/host_settings.h"
#include "tuner/app/port_holder.h"
#include "tuner/base/environment.h"
#include "tuner/base/log.h"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string_view>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// How long a command waits for another one's passive daemon, or for a starting daemon's first word.
constexpr std::chrono::seconds kLockPatience{10};
constexpr std::chrono::milliseconds kLockPoll{10};
constexpr std::chrono::milliseconds kMustEndPoll{500};
// How long a starting daemon waits for the lock of one that is dead
// (DataDirectory::is_holder_dead).
constexpr std::chrono::seconds kDeadHolderPatience{5};

DaemonOptions on_any_port(bool passive) {
    DaemonOptions options;
    options.listen = {asio::ip::make_address("127.0.0.1"), 0};
    options.passive = passive;
    options.resume_interrupted = false;
    return options;
}

// Why a daemon could not open its socket, or another thing that a machine can run out of.
std::string describe(const boost::system::error_code& error, const DaemonOptions& options) {
    const bool machine = error == boost::system::errc::too_many_files_open ||
                         error == boost::system::errc::too_many_files_open_in_system ||
                         error == boost::system::errc::resource_unavailable_try_again ||
                         error == boost::system::errc::not_enough_memory;
    if (machine) {
        return fmt::format("this machine cannot run a daemon now: {}", error.message());
    }
    const auto holder = error == boost::system::errc::address_in_use
                            ? find_port_holder(options.listen.port())
                            : std::nullopt;
    return fmt::format(
        "cannot listen on {}:{}: {}{}; --port 0 picks a free port",
        options.listen.address().to_string(),
        options.listen.port(),
        error.message(),
        holder ? fmt::format(", by process {} ({})", holder->pid, holder->program) : ""
    );
}

// What keeps a daemon from starting is the user's to mend (a damaged database, a wrong place),
// unless it passes.
Error why_not(const StorageError& error) {
    return {error.may_pass() ? error.code() : ErrorCode::invalid_argument, error.what()};
}

bool network_file_system_is_forced() {
    const char* forced = std::getenv("TUNER_FORCE_NETWORK_FS");
    return forced != nullptr && std::string_view(forced) == "1";
}

}  // namespace

asio::awaitable<Result<Server>> Session::find_server() {
    return find_or_open(on_any_port(true));
}

asio::awaitable<Result<Server>> Session::find_or_become_server() {
    return find_or_open(on_any_port(false));
}

asio::awaitable<Result<Server>> Session::find_or_detach_server() {
    if (!options_.server.empty()) {
        co_return co_await find_server();
    }
    Result<DataDirectory> directory = open_directory();
    if (!directory) {
        co_return tl::unexpected(directory.error());
    }
    // A passive daemon that holds the directory for a moment turns the new one away: once more.
    constexpr int kTries = 3;
    Result<void> started;
    for (int i = 0; i < kTries && !directory->running_daemon(); ++i) {
        DataDirectory where = *directory;
        started = co_await start_detached_daemon(std::move(where), options_.config_file);
    }
    const auto running = directory->running_daemon();
    if (!running) {
        co_return tl::unexpected(
            started ? Error{ErrorCode::unavailable, "the daemon has ended again"} : started.error()
        );
    }
    co_return directory->token().map([&](const std::string& token) {
        return Server{running->url, token};
    });
}

Result<DataDirectory> Session::open_directory() const {
    if (options_.data_dir.empty()) {
        return invalid("there is no home directory; say where to keep studies with --data-dir");
    }
    return DataDirectory::open(options_.data_dir);
}

asio::awaitable<Result<Server>> Session::find_or_open(DaemonOptions options) {
    if (!options_.server.empty()) {
        co_return Server{options_.server, environment("TUNER_TOKEN")};
    }
    Result<DataDirectory> directory = open_directory();
    if (!directory) {
        co_return tl::unexpected(directory.error());
    }
    asio::steady_timer timer(loop_);
    const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
    while (true) {
        if (const auto running = directory->running_daemon()) {
            if (!options_.config_file.empty()) {
                log::warning("config_ignored", "why=\"a daemon is at work already\"");
            }
            co_return directory->token().map([&](const std::string& token) {
                return Server{running->url, token};
            });
        }
        Result<Server> opened = co_await become_server(options);
        const bool is_held = !opened && opened.error().code == ErrorCode::conflict;
        if (!is_held || std::chrono::steady_clock::now() > deadline) {
            co_return opened;
        }
        timer.expires_after(kLockPoll);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Result<Server>> Session::become_server(DaemonOptions options) {
    Result<DataDirectory> directory = open_directory();
    if (!directory) {
        co_return tl::unexpected(directory.error());
    }
    Result<DataLock> lock = co_await take_lock(*directory);
    if (!lock) {
        co_return tl::unexpected(lock.error());
    }
    if (!options.passive) {
        Result<Host> host = read_host(options_.config_file, options_.data_dir);
        if (!host) {
            co_return tl::unexpected(host.error());
        }
        options.host = std::move(*host);
    }
    const Result<std::string> token = directory->token();
    if (!token) {
        co_return tl::unexpected(token.error());
    }
    options.token = *token;
    Result<void> opened = open_daemon(*directory, std::move(*lock), options);
    if (!opened) {
        co_return tl::unexpected(opened.error());
    }
    std::optional<Error> failed;
    try {
        co_await daemon_->start();
    } catch (const StorageError& error) {
        failed = why_not(error);
    }
    if (failed) {
        co_await close();
        co_return tl::unexpected(*failed);
    }
    co_return Server{daemon_->url(), *token};
}

asio::awaitable<Result<DataLock>> Session::take_lock(DataDirectory directory) {
    asio::steady_timer timer(loop_);
    const auto deadline = std::chrono::steady_clock::now() + kDeadHolderPatience;
    Result<DataLock> lock = DataLock::take(directory);
    while (!lock && directory.is_holder_dead() && std::chrono::steady_clock::now() < deadline) {
        timer.expires_after(kLockPoll);
        co_await timer.async_wait(asio::use_awaitable);
        lock = DataLock::take(directory);
    }
    co_return lock;
}

// What keeps a daemon from starting is the user's to mend: a damaged database, a port that is
// taken, a machine without a descriptor to spare.
Result<void> Session::open_daemon(
    const DataDirectory& directory, DataLock lock, DaemonOptions options
) {
    options.force_network_file_system = network_file_system_is_forced();
    try {
        daemon_ = std::make_unique<Daemon>(loop_, directory, std::move(lock), options);
        Result<void> announced = daemon_->announce();
        if (!announced) {
            daemon_.reset();
        }
        return announced;
    } catch (const StorageError& error) {
        return tl::unexpected(why_not(error));
    } catch (const boost::system::system_error& error) {
        return fail(ErrorCode::unavailable, describe(error.code(), options));
    }
}

asio::awaitable<void> Session::wait_until_it_must_end() {
    asio::steady_timer timer(loop_);
    while (daemon_ == nullptr || !daemon_->must_end()) {
        timer.expires_after(kMustEndPoll);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

std::optional<ExitCode> Session::report_end_of_daemon(std::ostream& err) const {
    if (daemon_ == nullptr || !daemon_->must_end()) {
        return std::nullopt;
    }
    const bool broken = !daemon_->broken().empty();
    err << "error: " << (broken ? daemon_->broken() : daemon_->replaced()) << "\n";
    if (broken) {
        err << "running trainers go on; the next daemon reads everything again and adopts them\n";
    }
    err << std::flush;
    return broken ? ExitCode::storage : ExitCode::data_dir_in_use;
}

asio::awaitable<void> Session::close() {
    if (daemon_) {
        co_await daemon_->shut_down();
        daemon_.reset();
    }
}

}  // namespace tuner
