// A stand-in for the TuningService in tests of the floor above it.
//
// TuningService is one concrete class; here its functions are linked from fake_service.cpp and work
// on studies in memory, so that the calls can be tested without a scheduler, a database or
// processes. What a call asked for is in `calls`.

#pragma once

#include "tuner/scheduler/event_feed.h"
#include "tuner/service/tuning_service.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace tuner {

// What the fake service works on.
class Scheduler {
  public:
    struct Entry {
        Study study;
        History history;
        std::map<std::int64_t, std::vector<AttemptRecord>> attempts;  // by trial
    };

    std::deque<Entry> entries;
    std::vector<Event> events;       // recorded
    std::vector<std::string> calls;  // "pause babyweight-1 now"
    RunRequest last_run;
    JobRequest last_job;
    bool disk_is_full = false;           // every change throws
    std::optional<tuner::Error> outage;  // likewise, as what the world did
};

}  // namespace tuner

namespace tests {

class FixedClock final : public tuner::Clock {
  public:
    tuner::TimePoint now() const override { return tuner::TimePoint{}; }

    tuner::Duration uptime() const override { return tuner::Duration{}; }
};

class FakeService {
  public:
    explicit FakeService(boost::asio::any_io_executor executor);

    // A study of three parameters with `count` completed trials: trial n has objective 1 + 1/n.
    tuner::Scheduler::Entry& add_study(const std::string& name, int count);

    tuner::Scheduler data;
    tuner::EventFeed feed;
    FixedClock clock;
    tuner::TuningService service;
};

// A search space of batch_size, nembeds and lr.
tuner::StudyConfig a_config(const std::string& name);

}  // namespace tests
