// The small files in an attempt's folder through which the daemon and the shim speak: what to run
// (spec), who minds it (identity), how it ended (exit); each of formats/checked_fields.h.
//
// A reader takes a file whole or not at all: a torn, altered or foreign one is an
// `invalid_argument`, never a half-read value. Unknown keys are skipped, so that a newer daemon and
// an older shim understand each other. Pure functions on text, without JSON, so that the shim stays
// tiny. Any thread. (formats/durable_file.h puts them on the disk.)

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/attempt.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// The names within an attempt's folder.
inline constexpr const char* kSpecFile = "spec";
inline constexpr const char* kLockFile = "lock";  // flocked by the shim for its whole life
inline constexpr const char* kIdentityFile = "identity";
inline constexpr const char* kExitFile = "exit";
inline constexpr const char* kMetricsFile = "metrics";  // see shim/metrics_file.h
inline constexpr const char* kStdoutLog = "stdout.log";
inline constexpr const char* kStderrLog = "stderr.log";
inline constexpr const char* kShimLog = "shim.log";  // what the shim itself has to complain about
// There while the shim waits for processes that SIGKILL does not end; their pids, with blanks.
inline constexpr const char* kUnkillableFile = "unkillable";
inline constexpr const char* kHypertuneDir = "hypertune";
inline constexpr const char* kHypertuneFile = "hypertune/output.metrics";

// The two pipes between them, and the words that go through.
inline constexpr int kReadyFd = 3;  // from the shim: kReadyWord, or kFailedWord and the reason
inline constexpr int kGoFd = 4;     // to the shim: kGoWord; the end of the pipe means never
inline constexpr char kReadyWord = 'R';
inline constexpr char kFailedWord = 'E';
inline constexpr char kGoWord = 'G';

// The variable by which every process of an attempt is known; its value is the attempt's uuid.
inline constexpr const char* kCookieVariable = "TUNER_ATTEMPT_UUID";

inline constexpr std::size_t kMaxSpecBytes = std::size_t{8} << 20;
inline constexpr std::size_t kMaxExitBytes = 4'096;  // its space is reserved before the start
inline constexpr std::size_t kMaxIdentityBytes = 4'096;
inline constexpr std::size_t kMaxExitMessageBytes = 1'024;
inline constexpr std::size_t kMaxUnkillableBytes = 256;
// How long after SIGKILL a person is told that a process does not end.
inline constexpr Duration kUnkillableAfter{60'000};
// A longer line is cut in the log and cannot be a metric.
inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 10;

// What the shim is to run.
struct AttemptSpec {
    std::string uuid;
    std::string program;                   // absolute path of the executable
    std::vector<std::string> argv;         // argv[0] as the user wrote it
    std::vector<std::string> environment;  // NAME=VALUE, all of it
    std::string working_dir;
    std::string metric;  // output lines that contain it are kept as possible metrics
    std::vector<std::string> event_dirs;  // absolute; where TensorBoard event files may appear
    std::optional<Duration> timeout;
    std::optional<Duration> stall_timeout;
    Duration termination_grace{30'000};
    Duration unkillable_after = kUnkillableAfter;
    std::int64_t open_files_soft = -1;  // the trainer's RLIMIT_NOFILE; -1: leave it

    friend bool operator==(const AttemptSpec&, const AttemptSpec&) = default;
};

// How it ended. `exit.log_tail` stays empty: the logs are beside it.
struct ExitRecord {
    AttemptExit exit;
    TimePoint started;
    TimePoint ended;
    Duration elapsed{0};                    // by the boot clock
    std::int64_t metric_bytes = 0;          // the final length of the metrics file
    std::int64_t metric_lines_dropped = 0;  // by the limits of shim/metrics_file.h
    std::int64_t log_bytes_dropped = 0;     // by the limits of shim/output_log.h, or a full disk

    friend bool operator==(const ExitRecord&, const ExitRecord&) = default;
};

std::string to_text(const AttemptSpec& spec);
std::string to_text(const AttemptIdentity& identity);
// A message longer than kMaxExitMessageBytes is cut.
std::string to_text(const ExitRecord& record);

Result<AttemptSpec> parse_spec(std::string_view text);
Result<AttemptIdentity> parse_identity(std::string_view text);
Result<ExitRecord> parse_exit(std::string_view text);

// Whether the shim keeps a line of output for the daemon to parse: it begins like an object, holds
// a
// `=` followed by what may be a number, or contains `metric`. Cheap, linked without a parser, and
// never false for a line that formats/trial_stream.h takes.
bool is_worth_keeping(std::string_view line, std::string_view metric);

}  // namespace tuner
