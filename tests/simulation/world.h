// The World is the machine under the simulated daemons: shims, trainers and the files that they
// leave. It outlives every daemon, as the real one does.
//
// A shim that was spawned waits for the word; once let go, its trainer follows a script drawn from
// the seed: what it measures, how long it takes, how it ends. The World obeys the rules of
// executor.h and reliability.md 3.3, and tells the oracle when a trainer begins.

#pragma once

#include "tests/simulation/diary.h"
#include "tests/support/timeline.h"
#include "tuner/base/random.h"
#include "tuner/executor/adoption.h"
#include "tuner/executor/executor.h"
#include "tuner/scheduler/slots.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tuner::simulation {

// Bytes of one measurement in a metric file.
inline constexpr std::int64_t kMetricBytes = 10;

// What the simulated daemons share out.
inline Machine simulated_machine() {
    return {4, std::int64_t{8} << 30, {{0, "0"}, {1, "1"}}};
}

// How the trainers of a schedule behave, in chances from 0 to 1.
struct Temper {
    double fails = 0.1;
    double measures_nothing = 0.05;
    double not_a_number = 0.03;
    double cannot_execute = 0.01;
    double overstays = 0.03;  // its shim ends it: timed out or stalled
    Duration longest{120'000};
};

struct Process {
    std::string dir;    // /sim/STUDY/TRIAL/NUMBER: names it
    std::string trial;  // /sim/STUDY/TRIAL
    std::string study;
    AttemptId attempt;
    std::string uuid;
    AttemptIdentity identity;
    Holding taken;   // what its trainer was told to be its own
    int daemon = 0;  // who holds the pipe on which the word is said

    bool lock_held = true;  // the shim lives
    bool let_go = false;    // the trainer was begun
    bool stopping = false;
    bool stragglers = false;  // the shim was killed, something of its trainer lives on
    std::optional<AttemptExit> exit;
    std::vector<Measurement> written;  // all it ever said
    std::size_t kept = 0;              // how much of that the metric file has

    std::set<std::function<void()>*> watchers;  // called when any of this changes

    bool is_alive() const { return (lock_held && let_go) || stragglers; }
};

class World {
  public:
    World(test::Timeline& timeline, Diary& diary, std::uint64_t seed);

    // What the oracle wants to know: a trainer is about to begin by the word of a daemon.
    std::function<void(const Process&)> on_begin;

    Process& spawn(const Launch& launch, int daemon);
    Process* find(const std::string& dir);

    const std::map<std::string, std::unique_ptr<Process>>& processes() const { return processes_; }

    // What daemons do to processes.
    void let_go(Process& process);
    void drop_word(Process& process);  // the pipe closes: the word will never be said
    void ask_to_stop(Process& process);
    void sweep(Process& process);
    AdoptionEvidence examine(const AttemptRecord& record) const;

    // What befalls them.
    void forget_daemon(int daemon);  // its ends of the pipes close
    bool kill_a_shim();              // false when none lives
    void reboot();

    void enter_other_pids();  // the next daemon runs in another container

    Temper temper;
    // Broken worlds, for the self-test:
    bool eager = false;   // trainers do not wait for the word
    bool greedy = false;  // trainers take the first GPU, whatever they were given

  private:
    AttemptIdentity next_identity();
    void write_script(Process& process);
    AttemptExit draw_ending(Process& process, Rng& rng, int& measurements);
    void measure(Process& process, Measurement said);
    void end(Process& process, AttemptExit exit);
    void kill(Process& process, bool stragglers);
    void changed(Process& process);

    test::Timeline& timeline_;
    Diary& diary_;
    std::uint64_t seed_;
    Rng rng_;
    int boot_ = 1;
    int pids_ = 1;
    std::int64_t next_pid_ = 100;
    std::map<std::string, std::unique_ptr<Process>> processes_;
};

}  // namespace tuner::simulation
