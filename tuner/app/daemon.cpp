#include "tuner/app/daemon.h"

#include "tuner/api/routes.h"
#include "tuner/base/failpoint.h"
#include "tuner/base/log.h"
#include "tuner/executor/package_store.h"
#include "tuner/executor/process.h"
#include "tuner/scheduler/offload.h"
#include "tuner/storage/sqlite.h"

#include <algorithm>
#include <filesystem>
#include <sys/resource.h>
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

// Raises the limit of open files as far as it goes, and answers what it was: trainers get that one.
std::int64_t raise_open_files_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return -1;
    }
    const auto before = static_cast<std::int64_t>(limit.rlim_cur);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

// Clients get a quarter of the descriptors: idle ones must not keep a trial from starting.
std::size_t connection_limit(std::size_t wanted) {
    rlimit limit{};
    const bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return known ? std::min<std::size_t>(wanted, limit.rlim_cur / 4) : wanted;
}

HttpServerConfig server_config(const DaemonOptions& options) {
    HttpServerConfig config;
    config.listen = options.listen;
    config.token = options.token;
    config.routes = api_routes();
    config.limits.connections = connection_limit(config.limits.connections);
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

MachineEnvironment machine_environment(
    const DataDirectory& directory, const DaemonOptions& options
) {
    MachineEnvironment machine = MachineEnvironment::of_this_process();
    machine.host = options.host;
    machine.api_file = directory.address_file().string();
    return machine;
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
      machine_(machine_environment(directory, options)),
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
      executor_(shim_program().string(), raise_open_files_limit()),
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
      server_(loop.get_executor(), server_config(options), service_),
      tasks_(loop.get_executor(), rethrow) {
    machine_.api_url = server_.url();
}

Daemon::~Daemon() {
    pool_.join();
}

Result<void> Daemon::announce() const {
    if (options_.passive) {
        return {};
    }
    const Result<void> announced = lock_.announce({server_.url(), getpid()});
    failpoint("daemon.announced");
    return announced;
}

asio::awaitable<void> Daemon::start() {
    co_await scheduler_.start(options_.resume_interrupted);
    if (!options_.passive) {
        co_await sweep_packages();
    }
    tasks_.spawn(server_.run());
    log::info(
        "daemon_started",
        fmt::format(
            "url={} passive={} sqlite={}",
            server_.url(),
            options_.passive,
            Connection::sqlite_version()
        )
    );
}

// The staged packages that no study names, and what a kill left of others; before the first client,
// who could stage some.
asio::awaitable<void> Daemon::sweep_packages() {
    std::vector<std::string> used;
    for (const auto& runner : scheduler_.runners()) {
        const std::vector<std::string>& paths = runner->study().config.trainer.staged_paths;
        used.insert(used.end(), paths.begin(), paths.end());
    }
    auto sweep = [store = scheduler_.packages_dir(), used = std::move(used)] {
        sweep_package_store(store, used);
        return true;
    };
    co_await offload(pool_.get_executor(), std::move(sweep));
}

void Daemon::begin_interrupt() {
    tasks_.spawn(interrupt());
}

asio::awaitable<void> Daemon::interrupt() {
    for (const auto& runner : scheduler_.runners()) {
        // What clients were given stays theirs: no daemon has to be there for them.
        const bool ends_with_us = !runner->study().config.is_asked();
        if (ends_with_us && runner->study().state == StudyState::running) {
            const Result<void> paused = co_await runner->pause(true, StudyReason::interrupted);
            if (!paused) {  // nobody is told to stop what cannot be recorded as stopped
                *broken_ = paused.error().message;
                co_return;
            }
        }
    }
}

asio::awaitable<void> Daemon::shut_down() {
    feed_.close();
    server_.stop();
    co_await tasks_.join();
    failpoint("daemon.closed_to_clients");
    co_await scheduler_.shut_down();
    failpoint("daemon.released");
}

}  // namespace tuner
