// A MetricTail reads an attempt's growing metrics file from the byte where its last reader stopped.
//
// Only whole lines are read, at most kMetricBytesPerTurn of them at a time, so that a flood neither
// blocks the loop nor fills memory. The offset in a Report is that of the first byte not yet
// reported; whoever stores measurements and offset together has each measurement exactly once.
//
// A measurement without a step gets one more than the largest step before it in the file, or 1. As
// that depends on what came before, a tail that starts in the middle reads the beginning too,
// without reporting it; the same file gives the same steps to every reader.
//
// What an event file says again, with the 24 bits that it has for a value, is left out: the same
// metric of the same step was there before from the output or the hypertune file.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/executor/executor.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tuner {

inline constexpr std::size_t kMetricBytesPerTurn = std::size_t{256} << 10;
inline constexpr std::size_t kRememberedValues = 10'000;  // then all are forgotten

class MetricTail {
  public:
    // `file` may be empty: then there is nothing to read. Reports start at `offset`.
    MetricTail(OwnedFd file, std::int64_t offset) : file_(std::move(file)), reported_(offset) {}

    // What was written since, up to the turn's share and to byte `end`; nothing when there is no
    // more whole line. A report may be without measurements: its lines said nothing.
    std::optional<Report> read(std::int64_t end = std::numeric_limits<std::int64_t>::max());

    // How far the file was read: what is short of its end could not be read, or is no whole line.
    std::int64_t position() const { return read_; }

    // Goes on in another descriptor of the same file, after one that could not be opened.
    void reopen(OwnedFd file) { file_ = std::move(file); }

  private:
    std::string read_whole_lines(std::int64_t end);
    std::optional<Measurement> measure(std::string_view line);
    void remember(const Measurement& said);
    bool is_repetition(const Measurement& said) const;

    OwnedFd file_;
    std::int64_t read_ = 0;      // bytes parsed
    std::int64_t reported_ = 0;  // bytes that an earlier reader, or this one, has reported
    std::int64_t largest_step_ = 0;
    std::unordered_map<std::uint64_t, double> said_;  // by a hash of metric and step
};

}  // namespace tuner
