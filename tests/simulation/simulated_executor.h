// The SimulatedExecutor is one daemon's way to the World: LocalExecutor with the processes taken
// out. What it finds of an earlier daemon's attempts it judges with the product's choose_adoption.
//
// A killed daemon reaches nothing any more: `disconnect()` makes all its hands fall off, while its
// coroutines are unwound.

#pragma once

#include "tests/simulation/world.h"
#include "tuner/executor/executor.h"
#include "tuner/scheduler/inbox.h"

#include <variant>

namespace tuner::simulation {

// One daemon's hands.
struct Hands {
    World& world;
    Diary& diary;
    Sleeper& sleeper;
    boost::asio::any_io_executor loop;
    Rng rng;
    int daemon;
    bool connected = true;
    double refuses = 0;   // how often start() cannot, at present
    double hopeless = 0;  // how often it never can

    // A broken world, for the self-test.
    bool restarts = false;    // adopting begins the trainer again
    bool loses_line = false;  // a report leaves out its first measurement
    bool lies = false;        // a lost attempt is said to have ended well
};

class SimulatedAttempt final : public Attempt {
  public:
    SimulatedAttempt(Hands& hands, Process* process, Adoption standing, std::int64_t offset);
    ~SimulatedAttempt() override;
    SimulatedAttempt(const SimulatedAttempt&) = delete;
    SimulatedAttempt& operator=(const SimulatedAttempt&) = delete;

    const AttemptIdentity& identity() const override { return identity_; }

    boost::asio::awaitable<AttemptExit> run(ReportSink sink) override;
    void stop() override;

    bool has_word = false;  // it was started here, and the trainer still waits

  private:
    boost::asio::awaitable<void> forward(ReportSink sink);
    AttemptExit describe() const;
    bool lives() const;

    Hands& hands_;
    Process* process_;  // null when there never was one
    Adoption standing_;
    AttemptIdentity identity_;
    std::size_t reported_;
    Inbox<std::monostate> changes_;
    std::function<void()> watcher_;
};

class SimulatedExecutor final : public Executor {
  public:
    explicit SimulatedExecutor(Hands hands) : hands_(std::move(hands)) {}

    boost::asio::awaitable<Result<std::unique_ptr<Attempt>>> start(Launch launch) override;
    boost::asio::awaitable<std::unique_ptr<Attempt>> adopt(AttemptRecord record) override;
    boost::asio::awaitable<void> abandon(AttemptRecord record) override;

    void disconnect() { hands_.connected = false; }

    Hands& hands() { return hands_; }

  private:
    Hands hands_;
};

}  // namespace tuner::simulation
