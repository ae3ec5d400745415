// A Schedule is one seed played out: studies, users, faults and daemons, until nothing fails any
// more and every study has come to its end.
//
// Everything is drawn from the seed; two schedules of one seed are the same, line by line of their
// diaries. One at a time on a thread: they share its database.

#pragma once

#include "tests/simulation/oracle.h"
#include "tests/simulation/simulated_daemon.h"
#include "tests/simulation/world.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tuner::simulation {

// Ways in which the world itself can be wrong, to see that the oracle notices.
enum class Break { nothing, eager_shim, second_begin, lost_line, lying_exit, greedy_trainer };

struct ScheduleOptions {
    std::uint64_t seed = 1;
    bool keeps_lines = false;
    Break broken = Break::nothing;
    bool sound_storage = false;  // storage alone never fails
};

class Schedule {
  public:
    explicit Schedule(ScheduleOptions options);
    ~Schedule();
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    // Plays it to its end.
    void run();

    const Diary& diary() const { return diary_; }

    Duration virtual_time() const { return timeline_.now(); }

  private:
    // Drawing the plan (schedule_plan.cpp).
    void plan();
    void plan_studies();
    void plan_faults();
    void plan_storage_faults();
    void plan_users();
    void plan_clients();
    Duration moment();
    Duration draw(Duration shortest, Duration longest);

    bool chance(double p) { return rng_.uniform() < p; }

    Limits draw_limits();
    Stopping draw_stopping();
    StudyConfig draw_study(int number);
    template <class Act>
    void sometimes(double p, std::uint64_t most, Act act);

    // Playing it.
    bool turn_a_daemon();
    void after_handler();
    void look_after_daemons();
    void rest();
    void open_daemon();
    void kill_daemon();
    void end_daemon_politely();
    void replace_daemon();
    void cut_power();
    void cease_faults();
    void help_along();
    bool is_over();

    // What users ask for (schedule_users.cpp).
    void request(std::string study, std::uint64_t which);
    boost::asio::awaitable<void> create(SimulatedDaemon* daemon, StudyConfig config);
    boost::asio::awaitable<void> pause(SimulatedDaemon* daemon, std::string study, bool now);
    boost::asio::awaitable<void> resume(SimulatedDaemon* daemon, std::string study);
    boost::asio::awaitable<void> resume_or_cancel(SimulatedDaemon* daemon, std::string study);
    boost::asio::awaitable<void> cancel(SimulatedDaemon* daemon, std::string study);
    boost::asio::awaitable<void> limit(SimulatedDaemon* daemon, std::string study, Limits limits);
    boost::asio::awaitable<void> remove(SimulatedDaemon* daemon, std::string study);
    void answered(
        const std::string& study, const Result<void>& result, std::string_view what, bool is_so
    );
    std::optional<Study> stored(const std::string& id);

    // Clients that evaluate trials themselves (schedule_clients.cpp).
    std::optional<Duration> draw_lease();
    void visit(int client);
    boost::asio::awaitable<void> ask(SimulatedDaemon* daemon, int client, std::int64_t count);
    boost::asio::awaitable<void> measure(SimulatedDaemon* daemon, TrialId trial);
    boost::asio::awaitable<void> tell(SimulatedDaemon* daemon, int client, TrialId trial);
    std::optional<bool> has_on_record(TrialId trial, double value);
    void check_told(TrialId trial, double value);
    void check_all_told();
    void serve_clients();

    ScheduleOptions options_;
    Rng rng_;
    test::Timeline timeline_;
    Diary diary_;
    test::VirtualClock clock_;
    World world_;
    Storage record_;
    Oracle oracle_;

    std::unique_ptr<SimulatedDaemon> daemon_;  // the newest; none between two lives
    std::vector<std::unique_ptr<SimulatedDaemon>> replaced_;
    int daemons_ = 0;
    StorageFaults storage_faults_;
    double refuses_ = 0;
    double hopeless_ = 0;
    std::optional<int> kill_in_;  // handlers
    std::map<std::string, int> outstanding_;
    std::map<int, std::set<std::int64_t>> held_;             // by clients: numbers of trials
    std::map<std::pair<TrialId, std::int64_t>, int> given_;  // attempts of trials, to clients
    std::map<std::pair<int, TrialId>, double> telling_;      // what clients found out
    std::map<TrialId, double> told_;                         // acknowledged objectives
    Duration faults_end_{0};
    bool ceased_ = false;
    bool over_ = false;
    std::uint64_t handlers_ = 0;
};

template <class Act>
void Schedule::sometimes(double p, std::uint64_t most, Act act) {
    if (chance(p)) {
        const std::uint64_t count = 1 + rng_.below(most);
        for (std::uint64_t i = 0; i < count; ++i) {
            timeline_.after(moment(), act);
        }
    }
}

}  // namespace tuner::simulation
