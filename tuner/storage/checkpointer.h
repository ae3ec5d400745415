// The Checkpointer keeps the write-ahead log short: after a commit that made it longer than
// kCheckpointPages, what no reader needs any more goes into the database file.
//
// This is SQLite's own automatic checkpoint, but for two things: an error in it is seen (SQLite
// drops it, and would sync again after a failed sync), and a log that grows all the same, because
// another program reads and reads, is told in our log. The commit before it is on disk whatever
// happens here, so nothing is thrown: a failure that is final has broken the connection, and the
// next write says so.

#pragma once

#include "tuner/storage/sqlite.h"

#include <cstdint>

namespace tuner {

inline constexpr int kCheckpointPages = 1'000;
inline constexpr std::int64_t kWalKeptBytes = 16 << 20;   // of a long log, after it is used up
inline constexpr std::int64_t kWalAlarmBytes = 64 << 20;  // told when longer, and at each doubling

class Checkpointer {
  public:
    void after_commit(Connection& connection);

    // Takes what the log holds into the database now: the next commits use the log's space again,
    // also on a disk that is full.
    void reuse_log(Connection& connection);

    // How often the alarm was raised.
    int alarms() const { return alarms_; }

  private:
    void watch_size(Connection& connection);

    std::int64_t page_bytes_ = 0;
    std::int64_t alarm_bytes_ = kWalAlarmBytes;
    int alarms_ = 0;
};

}  // namespace tuner
