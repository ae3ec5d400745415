// An Outage is a time in which storage takes nothing but will again: the disk is full, or another
// program holds the database locked. It decides how long to wait before the next try, and whether
// this is news.
//
// Pure: time is passed in, as uptime, which never jumps. Storage that works for a moment only (room
// for one more page) does not start the waiting anew: what fails within kOutageCalm of an end is
// the same outage.

#pragma once

#include "tuner/base/time.h"

#include <algorithm>
#include <optional>

namespace tuner {

inline constexpr Duration kFirstOutageWait{1'000};
inline constexpr Duration kLongestOutageWait{30'000};
inline constexpr Duration kOutageCalm{60'000};

class Outage {
  public:
    bool active() const { return active_; }

    // Storage failed at `now`: whether nobody knows yet.
    bool begin(Duration now) {
        const bool is_known = active_ || (ended_ && now - *ended_ < kOutageCalm);
        if (!is_known) {
            wait_ = kFirstOutageWait;
        }
        active_ = true;
        return !is_known;
    }

    // How long to wait now; twice as long the next time.
    Duration next_wait() {
        const Duration wait = wait_;
        wait_ = std::min(2 * wait_, kLongestOutageWait);
        return wait;
    }

    // Storage took a write at `now`.
    void end(Duration now) {
        active_ = false;
        ended_ = now;
    }

  private:
    bool active_ = false;
    Duration wait_ = kFirstOutageWait;
    std::optional<Duration> ended_;
};

}  // namespace tuner
