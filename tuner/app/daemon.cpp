#include "tuner/app/daemon.h"

#include "tuner/api/routes.h"
#include "tuner/base/log.h"
#include "tuner/executor/process.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// The loop and the storage thread have a core's worth of work between them; optimizers get the
// rest.
unsigned pool_size() {
    return std::max(1U, std::thread::hardware_concurrency() - 1);
}

// The shim lies beside the tuner program.
std::filesystem::path shim_program() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tuner-shim";
}

HttpServerConfig server_config(const DataDirectory& directory, const DaemonOptions& options) {
    HttpServerConfig config;
    config.listen = options.listen;
    config.token = directory.token();
    config.routes = api_routes();
    return config;
}

// `broken` is written on the loop, and may be after the daemon is gone.
Storage open_storage(
    const DataDirectory& directory,
    const DaemonOptions& options,
    TimePoint now,
    const asio::any_io_executor& loop,
    const std::shared_ptr<std::string>& broken
) {
    StorageOptions how;
    how.force_network_file_system = options.force_network_file_system;
    Storage storage = Storage::open(directory.database(), own_identity(), now, how);
    storage.on_broken([loop, broken](const StorageError& error) {
        asio::post(loop, [broken, why = std::string(error.what())] { *broken = why; });
    });
    return storage;
}

[[noreturn]] void rethrow(const std::exception_ptr& error) {
    std::rethrow_exception(error);
}

}  // namespace

Daemon::Daemon(
    asio::io_context& loop,
    const DataDirectory& directory,
    DataLock lock,
    const DaemonOptions& options
)
    : options_(options),
      lock_(std::move(lock)),
      machine_(MachineEnvironment::of_this_process()),
      loop_(loop),
      pool_(pool_size()),
      sleeper_(loop.get_executor()),
      feed_(loop.get_executor()),
      storage_(
          open_storage(directory, options, clock_.now(), loop.get_executor(), broken_),
          loop.get_executor(),
          [this](const std::vector<Event>& events) {
              for (const Event& event : events) {
                  feed_.publish(event);
              }
          }
      ),
      executor_(shim_program().string()),
      scheduler_(RunnerContext{
          loop.get_executor(),
          pool_.get_executor(),
          storage_,
          executor_,
          feed_,
          clock_,
          sleeper_,
          machine_,
          directory.studies(),
          [this](const std::string& why) { replaced_ = why; },
          options.passive,
      }),
      service_(scheduler_, storage_, feed_, clock_),
      server_(loop.get_executor(), server_config(directory, options), service_),
      tasks_(loop.get_executor(), rethrow) {
    if (!options.passive) {
        lock_.announce({server_.url(), getpid()});
    }
}

Daemon::~Daemon() {
    pool_.join();
}

asio::awaitable<void> Daemon::start() {
    co_await scheduler_.start(options_.resume_interrupted);
    tasks_.spawn(server_.run());
    log::info("daemon_started", fmt::format("url={} passive={}", server_.url(), options_.passive));
}

void Daemon::begin_interrupt() {
    tasks_.spawn(interrupt());
}

asio::awaitable<void> Daemon::interrupt() {
    for (const auto& runner : scheduler_.runners()) {
        if (runner->study().state == StudyState::running) {
            const Result<void> paused = co_await runner->pause(true, StudyReason::interrupted);
            if (!paused) {
                log::error(
                    "interrupt_failed",
                    fmt::format(
                        "study={} why={}", runner->study().id, log::quoted(paused.error().message)
                    )
                );
            }
        }
    }
}

asio::awaitable<void> Daemon::shut_down() {
    feed_.close();
    server_.stop();
    co_await tasks_.join();
    co_await scheduler_.shut_down();
}

}  // namespace tuner
