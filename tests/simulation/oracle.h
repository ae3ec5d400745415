// The Oracle knows what must never be (reliability.md 4.1) and looks for it: when a trainer begins,
// when a daemon has nothing to do, when a user's request is answered, and at the end.

#pragma once

#include "tests/simulation/simulated_daemon.h"
#include "tests/simulation/world.h"
#include "tuner/storage/storage.h"

#include <map>
#include <set>
#include <string>

namespace tuner::simulation {

class Oracle {
  public:
    // `record` is a view of the same database that the daemons have.
    Oracle(Storage& record, World& world, Diary& diary)
        : record_(record), world_(world), diary_(diary) {}

    // Limits that somebody asked for; whether they were stored or not, they may have been.
    void allow(const std::string& study, const Limits& limits);

    // A trainer is about to begin by the word of `daemon`.
    void check_begin(const Process& process, SimulatedDaemon& daemon);

    // `daemon` has nothing to do: what it believes is what is stored.
    void check_memory(SimulatedDaemon& daemon);

    // All has come to rest.
    void check_end();

  private:
    struct Allowed {
        std::int64_t trials = 0;
        std::int64_t retries = 0;
        bool silence_ends = false;  // clients may be taken for dead
        bool time_ends = false;
    };

    void check_machine(const Process& process);
    void check_study(const Study& study);
    void check_trial(const Study& study, const Trial& trial);
    void check_attempt(const Trial& trial, const AttemptRecord& attempt);
    void check_given(const Study& study, const Trial& trial, const AttemptRecord& attempt);
    void check_retries(
        const Study& study, const Trial& trial, const std::vector<AttemptRecord>& attempts
    );
    void check_pruning(const Study& study, const Trial& trial, const AttemptExit& last);
    void check_measurements(const Trial& trial, const AttemptRecord& last);
    void check_events();

    Storage& record_;
    World& world_;
    Diary& diary_;
    std::map<std::string, Allowed> allowed_;
    std::set<std::string> begun_;
};

}  // namespace tuner::simulation
