// The logs of a whole job as one stream: what all of its trials write, line by line, until the job
// has ended.
//
//   SEVERITY TAB 2026-11-25 10:02:11 +0000 TAB master-replica-0 TAB TRIAL TAB MESSAGE
//
// INFO is a trainer's stdout, ERROR its stderr. Logs hold no times, so the time is when the line
// was read. Lives on one loop.

#pragma once

#include "tuner/base/time.h"
#include "tuner/cli/http_client.h"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace tuner {

struct JobLogOptions {
    std::string project;
    Duration poll{1'000};          // between two looks for new trials
    bool until_interrupt = false;  // Ctrl-C ends the reading, not the program
};

// Logs that are read at the same time; those of further trials wait for their turn.
inline constexpr std::size_t kMaxJobLogs = 64;

// Prints to `out` until the job has ended and nothing more comes; answers its last state, or
// nothing when it was interrupted.
boost::asio::awaitable<Result<std::string>> stream_job_logs(
    std::string job, const HttpClient& client, JobLogOptions options, std::ostream& out
);

// One line of the stream, with an end of line.
std::string job_log_line(
    std::string_view severity, TimePoint now, std::string_view trial, std::string_view message
);

}  // namespace tuner
