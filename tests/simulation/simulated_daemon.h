// A SimulatedDaemon is the product's Scheduler with everything below it, on a loop that the
// schedule turns handler by handler.
//
// kill() is SIGKILL: from that moment nothing that it does reaches the storage, the world or a
// user. Its coroutines are then unwound, as the kernel would take its memory; a coroutine that does
// not let itself be unwound is a violation.

#pragma once

#include "tests/simulation/simulated_executor.h"
#include "tests/simulation/world.h"
#include "tests/support/timeline.h"
#include "tuner/executor/trainer_launch.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/scheduler/task_group.h"
#include "tuner/storage/storage_thread.h"

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace tuner::simulation {

// What daemons share.
struct Surroundings {
    test::Timeline& timeline;
    test::VirtualClock& clock;
    World& world;
    Diary& diary;
    std::uint64_t seed;
};

// How storage breaks, in chances from 0 to 1 for each call.
struct StorageFaults {
    double fails = 0;
    double loses_answer = 0;
    bool disk_full = false;
};

class SimulatedDaemon {
  public:
    SimulatedDaemon(Surroundings around, Storage storage, int number);
    ~SimulatedDaemon();
    SimulatedDaemon(const SimulatedDaemon&) = delete;
    SimulatedDaemon& operator=(const SimulatedDaemon&) = delete;

    // Runs one handler; false when none is ready.
    bool turn();

    void kill();

    // Shuts down as the product does; gone() says when it is over.
    void begin_shut_down();

    bool is_gone() const { return gone_; }

    bool is_frozen = false;

    int number() const { return number_; }

    // Whether it has read the studies.
    bool has_started() const { return started_; }

    // Whether it must end: it could not start, or was replaced.
    bool is_done_for() const { return done_for_; }

    Scheduler& scheduler() { return scheduler_; }

    SimulatedExecutor& executor() { return executor_; }

    // A user's request; it dies with the daemon.
    void spawn(boost::asio::awaitable<void> request) { users_.spawn(std::move(request)); }

    std::size_t requests() const { return users_.size(); }

    StorageFaults storage_faults;
    std::function<void(const std::vector<Event>&)> on_events;

  private:
    void probe(StorageThread::Moment moment);
    void announce(const std::vector<Event>& events);
    void failed(const std::exception_ptr& error);
    boost::asio::awaitable<void> start();
    boost::asio::awaitable<void> end(bool politely);

    Surroundings around_;
    int number_;
    Rng rng_;
    bool dead_ = false;
    bool gone_ = false;
    bool started_ = false;
    bool done_for_ = false;
    bool broken_ = false;  // its database takes nothing any more

    boost::asio::io_context loop_{1};
    test::VirtualSleeper sleeper_;
    MachineEnvironment machine_{{}, {}, Host{simulated_machine(), {}}, {}, {}};
    EventFeed feed_;
    StorageThread storage_;
    SimulatedExecutor executor_;
    Scheduler scheduler_;
    TaskGroup users_;
};

}  // namespace tuner::simulation
