#include "tests/simulation/simulated_daemon.h"

#include <boost/asio/co_spawn.hpp>

namespace tuner::simulation {

namespace asio = boost::asio;

SimulatedDaemon::SimulatedDaemon(Surroundings around, Storage storage, int number)
    : around_(around),
      number_(number),
      rng_(around.seed, "daemon", static_cast<std::uint64_t>(number)),
      sleeper_(around.timeline, loop_.get_executor()),
      feed_(loop_.get_executor()),
      storage_(
          std::move(storage),
          loop_.get_executor(),
          [this](const std::vector<Event>& events) { announce(events); },
          loop_.get_executor(),
          [this](StorageThread::Moment moment) { probe(moment); }
      ),
      executor_(Hands{
          around.world,
          around.diary,
          sleeper_,
          loop_.get_executor(),
          Rng(around.seed, "hands", static_cast<std::uint64_t>(number)),
          number,
      }),
      scheduler_(RunnerContext{
          loop_.get_executor(),
          loop_.get_executor(),
          storage_,
          executor_,
          feed_,
          around.clock,
          sleeper_,
          machine_,
          "/sim",
          [this](const std::string&) { done_for_ = true; },
      }),
      users_(loop_.get_executor(), [this](const std::exception_ptr& error) { failed(error); }) {
    users_.spawn(start());
}

SimulatedDaemon::~SimulatedDaemon() {
    if (!gone_) {
        kill();
    }
}

asio::awaitable<void> SimulatedDaemon::start() {
    co_await scheduler_.start(true);
    started_ = true;
    around_.diary.note("daemon {} has started", number_);
}

// A daemon that cannot read its studies ends with the reason, and somebody starts it again.
void SimulatedDaemon::failed(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const StorageError& e) {
        around_.diary.note("daemon {} fails: {}", number_, e.what());
        done_for_ = true;
    }
}

bool SimulatedDaemon::turn() {
    loop_.restart();
    try {
        return loop_.poll_one() > 0;
    } catch (const std::exception& e) {
        around_.diary.violate(std::string("an exception ended the loop: ") + e.what());
        return true;
    }
}

void SimulatedDaemon::probe(StorageThread::Moment moment) {
    if (dead_) {
        throw StorageError("the daemon is dead", StorageTrouble::broken);
    }
    if (broken_) {
        throw StorageError("the disk failed before", StorageTrouble::broken);
    }
    if (moment == StorageThread::Moment::before) {
        if (storage_faults.disk_full) {
            throw StorageError("the disk is full", StorageTrouble::full);
        }
        if (storage_faults.fails > 0 && rng_.uniform() < storage_faults.fails) {
            around_.diary.inject(Fault::storage_failed);
            throw StorageError(
                "storage failed",
                rng_.below(3) == 0 ? StorageTrouble::fault : StorageTrouble::unavailable
            );
        }
    } else if (storage_faults.loses_answer > 0 && rng_.uniform() < storage_faults.loses_answer) {
        // The product's daemon is told by its connection that nothing may be written any more.
        around_.diary.inject(Fault::answer_lost);
        broken_ = true;
        done_for_ = true;
        throw StorageError("the disk failed after all was written", StorageTrouble::broken);
    }
}

void SimulatedDaemon::announce(const std::vector<Event>& events) {
    if (dead_) {
        return;
    }
    for (const Event& event : events) {
        around_.diary.note(
            "daemon {} event {} {} {} {}",
            number_,
            event.id,
            name_of(event.kind),
            event.study,
            event.trial ? event.trial->value() : 0
        );
        feed_.publish(event);
    }
    if (on_events) {
        on_events(events);
    }
}

void SimulatedDaemon::begin_shut_down() {
    asio::co_spawn(loop_, end(true), [this](const std::exception_ptr& error) {
        gone_ = true;
        if (error) {
            around_.diary.violate("shutting down threw");
        }
    });
}

void SimulatedDaemon::kill() {
    dead_ = true;
    is_frozen = false;
    executor_.disconnect();
    around_.world.forget_daemon(number_);
    asio::co_spawn(loop_, end(false), [this](const std::exception_ptr&) { gone_ = true; });
    while (!gone_) {
        if (!turn()) {
            around_.diary.violate("a coroutine of a dead daemon does not end");
            return;
        }
    }
}

asio::awaitable<void> SimulatedDaemon::end(bool politely) {
    feed_.close();
    if (!politely) {
        users_.cancel();
    }
    co_await users_.join();
    co_await scheduler_.shut_down();
}

}  // namespace tuner::simulation
