// The Timeline is virtual time: a queue of what happens when. Time passes only when the next thing
// on it happens, so a day costs as much as what happens in it.
//
// Things of the same moment happen in the order in which they were put there: equal schedules give
// equal histories.

#pragma once

#include "tuner/base/time.h"
#include "tuner/scheduler/sleeper.h"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

namespace tuner::test {

class Timeline {
  public:
    using Entry = std::pair<Duration, std::uint64_t>;

    Duration now() const { return now_; }

    // Lets `act` happen `delay` from now.
    Entry after(Duration delay, std::function<void()> act);

    // Takes an entry off, if it is still there.
    void forget(Entry entry) { entries_.erase(entry); }

    // Goes on to the next entry and lets it happen; false when there is none.
    bool advance();

  private:
    Duration now_{0};
    std::uint64_t count_ = 0;
    std::map<Entry, std::function<void()>> entries_;
};

// Uptime is virtual time; the wall clock is that plus whatever somebody has set it to.
class VirtualClock final : public Clock {
  public:
    explicit VirtualClock(const Timeline& timeline) : timeline_(timeline) {}

    TimePoint now() const override;

    Duration uptime() const override { return timeline_.now(); }

    void jump(Duration by) { wrong_by_ += by; }

  private:
    const Timeline& timeline_;
    Duration wrong_by_{0};
};

class VirtualSleeper final : public Sleeper {
  public:
    VirtualSleeper(Timeline& timeline, boost::asio::any_io_executor loop)
        : timeline_(timeline), loop_(std::move(loop)) {}

    boost::asio::awaitable<void> sleep(Duration duration) override;

  private:
    Timeline& timeline_;
    boost::asio::any_io_executor loop_;
};

}  // namespace tuner::test
