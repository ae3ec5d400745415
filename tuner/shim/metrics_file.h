// The MetricsFile is what a trainer said that may be a metric, line by line: "o LINE" from its
// output, "h LINE" from its hypertune file, "e LINE" from its event files, where it is the
// objective, and "f LINE" for their other scalars. The daemon reads it from the byte where it
// stopped.
//
// It only grows, and only by whole lines. A flood is limited by rate and size, and after so many
// lines the rate falls to a trickle, since every line becomes rows of the database. What the limits
// reject is counted, and the last rejected line of each source is still written at the end, because
// a trial's result is what it said last. When the disk is full, lines wait in memory for space.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/time.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tuner::shim {

inline constexpr std::int64_t kMaxMetricsBytes = std::int64_t{256} << 20;
inline constexpr std::int64_t kMetricLinesPerSecond = 100'000;
inline constexpr std::int64_t kMetricLinesBurst = 100'000;
inline constexpr std::int64_t kFastMetricLines = 1'000'000;  // of one attempt; after these,
inline constexpr std::int64_t kLateMetricLinesPerSecond = 1;
inline constexpr std::size_t kMaxWaitingMetricBytes = std::size_t{256} << 10;
inline constexpr Duration kMetricsSyncInterval{1'000};

class MetricsFile {
  public:
    // `file` is open for appending, and empty.
    explicit MetricsFile(OwnedFd file) : file_(std::move(file)) {}

    // Takes a line without its end, from source 'o', 'h', 'e' or 'f'.
    void offer(char source, std::string_view line, Duration now);

    // Writes what waits; once a second also to the disk itself.
    void flush(Duration now);

    // The last lines, and everything to the disk.
    void finish();

    std::int64_t bytes() const { return bytes_; }

    std::int64_t lines_dropped() const { return lines_dropped_; }

    // Whether the disk refused the end of it; known after finish().
    bool is_cut() const { return cut_; }

  private:
    bool take_token(Duration now);
    void append(char source, std::string_view line);
    void write_waiting();

    OwnedFd file_;
    std::string waiting_;
    std::map<char, std::string> last_dropped_;  // of each source
    std::int64_t bytes_ = 0;
    std::int64_t lines_kept_ = 0;
    std::int64_t lines_dropped_ = 0;
    std::int64_t tokens_ = kMetricLinesBurst * 1'000;  // thousandths of a line
    Duration refilled_{0};
    Duration synced_{0};
    bool unsynced_ = false;
    bool cut_ = false;
};

}  // namespace tuner::shim
