// A LocalAttempt is an attempt whose trainer runs on this machine under a shim.
//
// What the caller holds is only a view: the shim and its trainer need nobody. It looks at the
// metrics file every kPollInterval and waits for the shim by its pidfd, or, where it may not touch
// the process, by its lock.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/executor/adoption.h"
#include "tuner/executor/executor.h"
#include "tuner/executor/metric_tail.h"
#include "tuner/executor/process.h"
#include "tuner/executor/workspace.h"

#include <string>

#include <boost/asio/any_io_executor.hpp>

namespace tuner {

// How old a measurement may get before it is reported.
inline constexpr Duration kPollInterval{100};

// How a LocalAttempt came to be, and what it may do.
struct AttemptHandle {
    AttemptIdentity identity;
    std::string uuid;
    Adoption standing = Adoption::mind;
    OwnedFd process;  // pidfd, when standing is mind
    OwnedFd go;       // when the trainer still waits for the word
    std::int64_t metrics_offset = 0;
};

class LocalAttempt final : public Attempt {
  public:
    // `orphans` outlives it and gets the shim's process when this goes first.
    LocalAttempt(AttemptHandle handle, Workspace workspace, Orphanage& orphans);
    ~LocalAttempt() override;

    LocalAttempt(const LocalAttempt&) = delete;
    LocalAttempt& operator=(const LocalAttempt&) = delete;

    const AttemptIdentity& identity() const override { return handle_.identity; }

    boost::asio::awaitable<AttemptExit> run(ReportSink sink) override;
    void stop() override;

  private:
    void say_go();
    boost::asio::awaitable<bool> ends_within(Duration patience);
    boost::asio::awaitable<void> forward(ReportSink sink, std::int64_t end);
    boost::asio::awaitable<Result<ExitRecord>> read_exit();
    boost::asio::awaitable<bool> drain(ReportSink sink, std::int64_t end);
    boost::asio::awaitable<void> sweep();
    void tell_if_unkillable(const std::string& pids);
    AttemptExit describe(const Result<ExitRecord>& record) const;

    AttemptHandle handle_;
    Workspace workspace_;
    MetricTail tail_;
    Orphanage& orphans_;
    bool told_unkillable_ = false;
};

}  // namespace tuner
