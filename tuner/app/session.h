// A Session is one run of the program: it finds the server that a command needs, or opens one
// inside this process.
//
// A command that only looks or changes records gets a passive daemon when none is running; `tuner
// run` becomes an active one. Passive daemons live for milliseconds and tell nobody where they
// listen: whoever finds the data directory locked waits a moment for them to be gone. Lives on the
// loop thread.

#pragma once

#include "tuner/app/daemon.h"
#include "tuner/app/data_directory.h"
#include "tuner/base/result.h"
#include "tuner/cli/command_context.h"
#include "tuner/cli/exit_code.h"

#include <iosfwd>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace tuner {

class Session {
  public:
    // `options` are read when a server is looked for, so after the command line was parsed.
    Session(boost::asio::io_context& loop, const GlobalOptions& options)
        : loop_(loop), options_(options) {}

    // The server of --server, of a running daemon, or of a passive one in this process.
    boost::asio::awaitable<Result<Server>> find_server();

    // Likewise, but an active daemon in this process when none is running.
    boost::asio::awaitable<Result<Server>> find_or_become_server();

    // Likewise, but a detached daemon that goes on when this program has ended.
    boost::asio::awaitable<Result<Server>> find_or_detach_server();

    // Becomes the daemon of the data directory; `conflict` when another process is, `unavailable`
    // when the port is taken, `no_space` or `unavailable` when the database cannot be used just
    // now, `invalid_argument` when it cannot be used at all.
    boost::asio::awaitable<Result<Server>> become_server(DaemonOptions options);

    // The daemon in this process, or null.
    Daemon* daemon() const { return daemon_.get(); }

    // Returns when the daemon in this process must end (Daemon::must_end); never without one.
    boost::asio::awaitable<void> wait_until_it_must_end();

    // Where the daemon in this process must end: says why and what comes of its trainers, and
    // answers the exit code. Nothing while all is well, or without a daemon.
    std::optional<ExitCode> report_end_of_daemon(std::ostream& err) const;

    // Ends the daemon in this process, if any. Trainers are released, not stopped.
    boost::asio::awaitable<void> close();

  private:
    boost::asio::awaitable<Result<Server>> find_or_open(DaemonOptions options);
    Result<DataDirectory> open_directory() const;
    boost::asio::awaitable<Result<DataLock>> take_lock(DataDirectory directory);
    Result<void> open_daemon(const DataDirectory& directory, DataLock lock, DaemonOptions options);

    boost::asio::io_context& loop_;
    const GlobalOptions& options_;
    std::unique_ptr<Daemon> daemon_;
};

}  // namespace tuner
