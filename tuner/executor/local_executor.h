// The LocalExecutor runs attempts on this machine: each under a tuner-shim of its own, so that
// trainers survive the daemon and the daemon finds them again.
//
// Owned by the daemon and used on the loop thread only; it outlives its attempts. The process must
// ignore SIGPIPE: a shim may die before it hears the word.

#pragma once

#include "tuner/executor/executor.h"
#include "tuner/executor/process.h"

#include <cstdint>
#include <string>

namespace tuner {

// How long a shim may take to lock, to sync its identity and to say so.
inline constexpr Duration kReadyTimeout{30'000};

class LocalExecutor final : public Executor {
  public:
    // `shim` is the path of tuner-shim. `open_files_soft` is the RLIMIT_NOFILE that trainers get:
    // the soft limit from before the daemon raised its own; -1 is the present one.
    explicit LocalExecutor(std::string shim, std::int64_t open_files_soft = -1);

    boost::asio::awaitable<Result<std::unique_ptr<Attempt>>> start(Launch launch) override;
    boost::asio::awaitable<std::unique_ptr<Attempt>> adopt(AttemptRecord record) override;
    boost::asio::awaitable<void> abandon(AttemptRecord record) override;

  private:
    std::string shim_;
    std::int64_t open_files_soft_;
    Orphanage orphans_;
};

}  // namespace tuner
