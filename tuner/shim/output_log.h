// An OutputLog is one log file of a trainer: the bytes as they came, within a cap.
//
// When the file would outgrow kMaxLogBytes, its middle is cut out: the first kLogHeadBytes stay, a
// line says how many bytes were dropped, and the last kLogTailBytes follow; then it grows again. So
// the file is always one plain text that begins with the beginning and ends with the end, and each
// byte is moved at most once per 47 MiB written. A reader that follows it sees it shrink and starts
// over. A full disk never stops the trainer: what cannot be written is dropped and counted.

#pragma once

#include "tuner/base/owned_fd.h"

#include <cstdint>
#include <string_view>

namespace tuner::shim {

inline constexpr std::int64_t kMaxLogBytes = std::int64_t{64} << 20;
inline constexpr std::int64_t kLogHeadBytes = std::int64_t{1} << 20;
inline constexpr std::int64_t kLogTailBytes = std::int64_t{16} << 20;

class OutputLog {
  public:
    // `file` is open for reading and writing, and empty.
    explicit OutputLog(OwnedFd file) : file_(std::move(file)) {}

    void write(std::string_view bytes);

    // Notes bytes that were never offered to write: the rest of lines that are too long.
    void count_dropped(std::size_t bytes) { dropped_ += static_cast<std::int64_t>(bytes); }

    std::int64_t dropped() const { return dropped_; }

  private:
    void cut_middle();

    OwnedFd file_;
    std::int64_t size_ = 0;
    std::int64_t dropped_ = 0;
    std::int64_t cut_ = 0;           // bytes of output cut out of the middle so far
    std::int64_t marker_bytes_ = 0;  // the length of the line that says so
};

}  // namespace tuner::shim
