// An Executor starts attempts and takes them over after a restart.
//
// The order is that of reliability.md 3.4: the caller commits the intent, calls start(), commits
// the identity that the Attempt then has, and only run() lets the trainer begin. A trainer never
// needs the daemon: destroying an Attempt or cancelling run() merely releases it, the trainer lives
// on under its shim and can be adopted later. stop() ends it. Everything here lives on the loop
// thread.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/attempt.h"
#include "tuner/study/measurement.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// Everything that one attempt needs, resolved: nothing is looked up later.
struct Launch {
    AttemptId attempt;
    std::string uuid;
    std::string dir;                         // its own folder, absolute; made by the executor
    std::vector<std::string> argv;           // program and arguments, never through a shell
    std::map<std::string, std::string> env;  // the whole environment of the trainer
    std::string working_dir;                 // absolute
    std::string metric;  // the objective's name; always kept when seen in the output
    std::vector<std::string> event_dirs;  // absolute; where its event files may appear
    std::optional<Duration> timeout;
    std::optional<Duration> stall_timeout;
    Duration termination_grace{30'000};
    Duration unkillable_after{60'000};  // after the kill: when a person is told that it has no end
};

// What a trainer said since the last report: the measurements, and how far its metric file is now
// read.
struct Report {
    std::vector<Measurement> measurements;
    std::int64_t metrics_offset = 0;
};

// Stores a report; the attempt reads on only when it has returned, which is the back-pressure
// against a flood.
using ReportSink = std::function<boost::asio::awaitable<void>(Report)>;

class Attempt {
  public:
    virtual ~Attempt() = default;

    // Who minds the trainer; empty when nobody does any more.
    virtual const AttemptIdentity& identity() const = 0;

    // Lets the trainer go (once), reports what it says, and returns how it ended, after everything
    // it said has been reported and nothing of it is left running. Cancelling it releases the
    // attempt.
    virtual boost::asio::awaitable<AttemptExit> run(ReportSink sink) = 0;

    // Asks for a polite end, then a forced one; run() returns when it is over. May be repeated.
    virtual void stop() = 0;
};

class Executor {
  public:
    virtual ~Executor() = default;

    // Prepares an attempt up to the point where its identity is known and the trainer waits for the
    // word. `invalid_argument` when it can never start (no such program or folder), `exhausted`
    // when the machine has no room for it now (disk, descriptors, processes), `unavailable` when
    // something else is wrong with the machine.
    virtual boost::asio::awaitable<Result<std::unique_ptr<Attempt>>> start(Launch launch) = 0;

    // Takes over an attempt of an earlier daemon. Its run() returns `lost` when no trace proves how
    // it ended; a process that cannot be proven to be the attempt's is never signalled.
    virtual boost::asio::awaitable<std::unique_ptr<Attempt>> adopt(AttemptRecord record) = 0;

    // Sees to it that an attempt whose trainer was never let go leaves nothing behind.
    virtual boost::asio::awaitable<void> abandon(AttemptRecord record) = 0;
};

}  // namespace tuner
