// The Daemon is tuner at work on one data directory: it owns every concrete part, in dependency
// order, so that its destruction is the order of shutting down.
//
// An active daemon runs studies; a passive one only answers questions about the records and changes
// them, for commands that are typed while no daemon runs. Both answer HTTP on `url()`. Everything
// but the storage thread and the worker pool lives on the loop thread.

#pragma once

#include "tuner/api/http_server.h"
#include "tuner/app/data_directory.h"
#include "tuner/base/time.h"
#include "tuner/executor/local_executor.h"
#include "tuner/executor/trainer_launch.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/scheduler/sleeper.h"
#include "tuner/scheduler/task_group.h"
#include "tuner/service/tuning_service.h"
#include "tuner/storage/storage_thread.h"

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

namespace tuner {

struct DaemonOptions {
    boost::asio::ip::tcp::endpoint listen;  // port 0: any free one
    std::string token;                      // what clients show
    bool passive = false;
    bool force_network_file_system = false;
    bool resume_interrupted = false;  // go on with studies that a Ctrl-C or shutdown interrupted
    Host host;                        // what there is to hand out to trials
};

class Daemon {
  public:
    // Opens the database and listens. Throws StorageError, and boost::system::system_error when the
    // port is taken or the machine has no thread or descriptor left.
    Daemon(
        boost::asio::io_context& loop,
        const DataDirectory& directory,
        DataLock lock,
        const DaemonOptions& options
    );
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Tells others where it listens; a passive one keeps to itself.
    Result<void> announce() const;

    // Reads the studies, adopts what runs, and starts to answer. Throws StorageError.
    boost::asio::awaitable<void> start();

    // Begins to pause every running study as interrupted: its trainers are stopped politely.
    // is_idle() says when they are gone. When that cannot be recorded, this daemon must end and
    // leaves the trainers alone.
    void begin_interrupt();

    // Stops answering and releases every trainer; they live on under their shims.
    boost::asio::awaitable<void> shut_down();

    std::string url() const { return server_.url(); }

    // Whether no study is running and no attempt is left.
    bool is_idle() const { return scheduler_.is_idle(); }

    // Why this daemon must end now: another one has taken over its database. Empty while all is
    // well.
    const std::string& replaced() const { return replaced_; }

    // Likewise: its database can no longer be written by this process, only by a new one.
    const std::string& broken() const { return *broken_; }

    bool must_end() const { return !replaced_.empty() || !broken_->empty(); }

  private:
    boost::asio::awaitable<void> interrupt();
    boost::asio::awaitable<void> sweep_packages();

    DaemonOptions options_;
    DataLock lock_;
    SystemClock clock_;
    MachineEnvironment machine_;
    std::string replaced_;
    std::shared_ptr<std::string> broken_ = std::make_shared<std::string>();

    boost::asio::io_context& loop_;
    boost::asio::thread_pool pool_;
    BootSleeper sleeper_;
    EventFeed feed_;
    StorageThread storage_;
    LocalExecutor executor_;
    Scheduler scheduler_;
    TuningService service_;
    HttpServer server_;
    TaskGroup tasks_;
};

}  // namespace tuner
