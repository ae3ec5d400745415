// The Minder is the loop of the shim: it runs one trainer from its start to the moment when nothing
// of it is left, and says how it ended.
//
//   running ──main process ends / SIGTERM to us / timeout / stall──> ending ──nothing left──> over
//
// Ending is polite first: TERM and CONT to the group, then after the grace KILL to the group and to
// every child, until none is left. As the shim is a subreaper, whatever the trainer started and
// abandoned becomes a child of the shim; what slipped away nevertheless is found by the cookie in
// its environment. The trainer's own zombie is kept until its group is no longer signalled, so that
// its number cannot be another's. What cannot be killed (it waits for a broken disk, or is frozen)
// keeps the shim, and so the attempt, alive: kUnkillableFile tells the daemon, the trainer's log
// tells its user.
//
// Deadlines are of the boot clock. Time in which the shim itself could not run (a suspended
// machine, a frozen container) is not silence of the trainer, but it is part of its run time.

#pragma once

#include "tuner/base/time.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/shim/event_folder.h"
#include "tuner/shim/hypertune_file.h"
#include "tuner/shim/metrics_file.h"
#include "tuner/shim/output_stream.h"

#include <optional>
#include <sys/types.h>

namespace tuner::shim {

// How long what the main process left behind may tidy up before it is killed.
inline constexpr Duration kStragglerGrace{500};

// The files of an attempt that the shim writes while it runs.
struct MinderFiles {
    OwnedFd metrics;
    OwnedFd stdout_log;
    OwnedFd stderr_log;
};

class Minder {
  public:
    // `spec` outlives it. `signal_fd` delivers SIGTERM and SIGCHLD; both are blocked.
    Minder(const AttemptSpec& spec, int dir_fd, int signal_fd, MinderFiles files);

    // Runs the trainer; everything it said is on the disk when this returns.
    ExitRecord run();

  private:
    bool start();
    void turn();
    void wait();
    void take_signals();
    void take_output();
    bool take_events();
    void enforce_limits();
    void begin_ending(Duration grace);
    void note_exits();
    void clear_away();
    bool reap_others(bool by_force);
    void report_unkillable();
    Duration next_wake() const;
    ExitRecord finish();

    const AttemptSpec& spec_;
    int dir_fd_;
    int signal_fd_;
    OwnedFd stdout_log_;
    OwnedFd stderr_log_;

    MetricsFile metrics_;
    HypertuneFile hypertune_;
    std::optional<EventFolder> events_;
    std::optional<OutputStream> output_;
    std::optional<OutputStream> error_output_;
    pid_t pid_ = -1;
    ExitRecord record_;
    std::optional<ExitKind> reason_;  // why we ended it, if we did
    std::optional<int> status_;       // of the main process, as wait gives it
    bool stop_asked_ = false;
    bool ending_ = false;
    bool main_reaped_ = false;
    bool over_ = false;
    bool reported_ = false;  // that it cannot be killed
    Duration now_{0};
    Duration started_{0};
    Duration heard_{0};  // when it last said anything
    Duration looked_{0};
    Duration looked_at_events_{0};
    Duration kill_at_{0};
    Duration retry_{0};  // how long to wait before looking again for what is left
};

}  // namespace tuner::shim
