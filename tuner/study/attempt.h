// An Attempt is one execution of a trial's trainer. A trial may have several, never two alive.
//
//   intent ──identity known──> running ──stop asked──> stopping        all three ──> ended, for
//   ever
//
// These are the values of it that storage keeps and executors fill in. The intent is committed
// before any process exists and the identity before the trainer may begin, so nothing ever runs
// unrecorded (reliability.md 3.4).

#pragma once

#include "tuner/base/id.h"
#include "tuner/base/time.h"
#include "tuner/study/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

enum class AttemptState {
    intent,    // decided; no process exists or may be trusted to
    running,   // its identity is on record; the trainer may have begun
    stopping,  // told to end
    ended,
};

// What proves that a process is the attempt's minder and not another one with the same number.
struct AttemptIdentity {
    std::string boot_id;            // /proc/sys/kernel/random/boot_id
    std::string pid_namespace;      // the link text of /proc/self/ns/pid
    std::int64_t pid = 0;           // of the shim
    std::uint64_t start_ticks = 0;  // field 22 of /proc/PID/stat

    friend bool operator==(const AttemptIdentity&, const AttemptIdentity&) = default;
};

// How an attempt ended, as its exit file says; `lost`, too, when there is none.
enum class ExitKind {
    exited,         // by itself, with a code
    signalled,      // by a signal that the shim did not send
    timed_out,      // ended by the shim: longer than its timeout
    stalled,        // ended by the shim: silent for too long
    stopped,        // ended by the shim because it was told to
    not_started,    // the program could not be executed; the message says why
    never_started,  // the daemon never gave the word: free of charge
    lost,           // by no fault of its own: a killed shim, a restarted machine, a disk or a
                    // process table that was full
};

struct AttemptExit {
    ExitKind kind = ExitKind::lost;
    int code = 0;          // for exited
    int signal = 0;        // for signalled
    std::string message;   // what an error message needs beyond kind and number; may be empty
    std::string log_tail;  // the last lines the trainer wrote, for people

    friend bool operator==(const AttemptExit&, const AttemptExit&) = default;
};

// One row of the record of attempts.
struct AttemptRecord {
    AttemptId id;
    StudyKey study;
    TrialId trial;
    std::int64_t number = 1;  // within its trial, from 1
    std::string uuid;         // unique for ever; the cookie in the trainer's environment
    AttemptState state = AttemptState::intent;
    std::string dir;                  // absolute: its own folder (executor/workspace.h)
    std::vector<std::int64_t> gpus;   // numbers of those that are its own, ascending
    AttemptIdentity identity;         // once running
    std::int64_t metrics_offset = 0;  // bytes of its metric file already stored
    std::optional<AttemptExit> exit;  // once ended
    TimePoint created;
    std::optional<TimePoint> ended;

    friend bool operator==(const AttemptRecord&, const AttemptRecord&) = default;
};

// What a trainer shows to report its own trial's measurements to the daemon, and nothing else; as
// good as the attempt's uuid is secret, and as long as the attempt lives.
inline constexpr std::string_view kTrialTokenPrefix = "trial-";

inline std::string trial_token(const AttemptRecord& attempt) {
    return std::string(kTrialTokenPrefix) + attempt.uuid;
}

template <>
struct Names<AttemptState> {
    static constexpr std::array entries{
        named(AttemptState::intent, "intent"),
        named(AttemptState::running, "running"),
        named(AttemptState::stopping, "stopping"),
        named(AttemptState::ended, "ended"),
    };
};

template <>
struct Names<ExitKind> {
    static constexpr std::array entries{
        named(ExitKind::exited, "exited"),
        named(ExitKind::signalled, "signalled"),
        named(ExitKind::timed_out, "timed_out"),
        named(ExitKind::stalled, "stalled"),
        named(ExitKind::stopped, "stopped"),
        named(ExitKind::not_started, "not_started"),
        named(ExitKind::never_started, "never_started"),
        named(ExitKind::lost, "lost"),
    };
};

}  // namespace tuner
