#include "tests/simulation/schedule.h"

#include <algorithm>

namespace tuner::simulation {

using namespace std::chrono_literals;

namespace {

constexpr Duration kHelpInterval{300'000};
constexpr Duration kLongestRest = std::chrono::hours(24);  // after the faults: then it hangs
constexpr std::uint64_t kMostHandlers = 2'000'000;
constexpr std::uint64_t kMemoryChecks = 16;  // one of so many

// The database of this thread, emptied of the last schedule's rows.
Storage empty_record(TimePoint now) {
    thread_local const Storage made = Storage::in_memory();
    return Storage::in_memory_again(made, now, true);
}

}  // namespace

Schedule::Schedule(ScheduleOptions options)
    : options_(options),
      rng_(options.seed, "schedule"),
      diary_(timeline_, options.keeps_lines),
      clock_(timeline_),
      world_(timeline_, diary_, options.seed),
      record_(empty_record(clock_.now())),
      oracle_(record_, world_, diary_) {
    world_.eager = options.broken == Break::eager_shim;
    world_.greedy = options.broken == Break::greedy_trainer;
    world_.on_begin = [this](const Process& process) {
        const auto says = [&](const auto& daemon) {
            return daemon && daemon->number() == process.daemon;
        };
        const auto old = std::find_if(replaced_.begin(), replaced_.end(), says);
        SimulatedDaemon* daemon = old == replaced_.end() ? daemon_.get() : old->get();
        if (daemon != nullptr) {
            oracle_.check_begin(process, *daemon);
        }
    };
}

Schedule::~Schedule() = default;

void Schedule::run() {
    plan();
    open_daemon();
    while (!over_ && diary_.violations().empty()) {
        while (turn_a_daemon()) {
            after_handler();
        }
        rest();
        if (!over_ && !timeline_.advance()) {
            diary_.violate("nothing happens any more");
        }
    }
    if (diary_.violations().empty()) {
        oracle_.check_end();
        check_all_told();
    }
    replaced_.clear();
    daemon_.reset();
}

// Runs a handler of one of the daemons that are ready.
bool Schedule::turn_a_daemon() {
    if (replaced_.empty()) {
        return daemon_ && !daemon_->is_frozen && daemon_->turn();
    }
    const std::size_t count = replaced_.size() + 1;
    const std::size_t first = rng_.below(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t which = (first + i) % count;
        const auto& daemon = which == 0 ? daemon_ : replaced_[which - 1];
        if (daemon && !daemon->is_frozen && daemon->turn()) {
            return true;
        }
    }
    return false;
}

void Schedule::after_handler() {
    if (++handlers_ > kMostHandlers) {
        diary_.violate("it goes round in circles");
        over_ = true;
    }
    if (daemon_) {
        daemon_->storage_faults = storage_faults_;
        daemon_->executor().hands().refuses = refuses_;
        daemon_->executor().hands().hopeless = hopeless_;
    }
    if (kill_in_ && daemon_ && (*kill_in_)-- == 0) {
        kill_in_.reset();
        kill_daemon();
    }
    look_after_daemons();
}

// A daemon that could not start is started again; one that was replaced ends; one that ended
// politely has a successor.
void Schedule::look_after_daemons() {
    if (daemon_ && (daemon_->is_done_for() || daemon_->is_gone())) {
        diary_.note("daemon {} ends", daemon_->number());
        daemon_.reset();
        timeline_.after(draw(0s, 20s), [this] { open_daemon(); });
    }
    std::erase_if(replaced_, [](const auto& old) { return old->is_done_for() || old->is_gone(); });
}

// Nobody has anything to do now.
void Schedule::rest() {
    const bool looks = rng_.below(kMemoryChecks) == 0;
    if (looks && daemon_ && daemon_->has_started() && !daemon_->is_frozen) {
        oracle_.check_memory(*daemon_);
    }
}

void Schedule::open_daemon() {
    if (daemon_) {
        return;
    }
    ++daemons_;
    diary_.note("daemon {} opens", daemons_);
    daemon_ = std::make_unique<SimulatedDaemon>(
        Surroundings{timeline_, clock_, world_, diary_, options_.seed},
        Storage::in_memory_again(record_, clock_.now()),
        daemons_
    );
    daemon_->storage_faults = storage_faults_;
    Hands& hands = daemon_->executor().hands();
    hands.loses_line = options_.broken == Break::lost_line;
    hands.lies = options_.broken == Break::lying_exit;
    hands.restarts = options_.broken == Break::second_begin;
}

void Schedule::kill_daemon() {
    if (!daemon_) {
        return;
    }
    diary_.inject(Fault::daemon_killed);
    diary_.note("daemon {} is killed", daemon_->number());
    daemon_.reset();
    timeline_.after(draw(0s, 30s), [this] { open_daemon(); });
}

void Schedule::end_daemon_politely() {
    if (daemon_ && daemon_->has_started() && !daemon_->is_frozen) {
        diary_.inject(Fault::daemon_ended);
        daemon_->begin_shut_down();
    }
}

// Another daemon opens the database; the old one may be asleep meanwhile and wake up later.
void Schedule::replace_daemon() {
    if (!daemon_) {
        return;
    }
    diary_.inject(Fault::daemon_replaced);
    if (chance(0.5)) {
        diary_.inject(Fault::daemon_frozen);
        daemon_->is_frozen = true;
        const int number = daemon_->number();
        timeline_.after(draw(1ms, 120s), [this, number] {
            for (const auto& old : replaced_) {
                old->is_frozen = old->is_frozen && old->number() != number;
            }
        });
    }
    replaced_.push_back(std::move(daemon_));
    open_daemon();
}

void Schedule::cut_power() {
    diary_.inject(Fault::reboot);
    daemon_.reset();
    replaced_.clear();
    world_.reboot();
    timeline_.after(draw(1s, 60s), [this] { open_daemon(); });
}

void Schedule::cease_faults() {
    diary_.note("nothing fails any more");
    ceased_ = true;
    storage_faults_ = {};
    refuses_ = hopeless_ = 0;
    kill_in_.reset();
    replaced_.clear();
    world_.temper = {0, 0, 0, 0, 0, world_.temper.longest};
    if (daemon_) {
        daemon_->storage_faults = {};
        daemon_->executor().hands().refuses = 0;
        daemon_->executor().hands().hopeless = 0;
    }
    open_daemon();
    timeline_.after(kHelpInterval, [this] { help_along(); });
}

// A patient user: resumes what has paused, and cancels what cannot go on, until all is done.
void Schedule::help_along() {
    open_daemon();
    if (is_over()) {
        over_ = true;
        return;
    }
    if (timeline_.now() > faults_end_ + kLongestRest) {
        over_ = true;  // the oracle says what does not end
        return;
    }
    if (daemon_->has_started()) {
        serve_clients();
    }
    for (const auto& runner : daemon_->scheduler().runners()) {
        if (runner->study().state == StudyState::paused) {
            daemon_->spawn(resume_or_cancel(daemon_.get(), runner->study().id));
        }
    }
    timeline_.after(kHelpInterval, [this] { help_along(); });
}

bool Schedule::is_over() {
    const auto& processes = world_.processes();
    return daemon_->has_started() && daemon_->requests() == 0 && daemon_->scheduler().is_idle() &&
           std::all_of(
               daemon_->scheduler().runners().begin(),
               daemon_->scheduler().runners().end(),
               [](const auto& runner) {
                   return runner->study().state != StudyState::paused &&
                          (!runner->study().config.is_asked() ||
                           runner->study().state != StudyState::running);
               }
           ) &&
           std::none_of(processes.begin(), processes.end(), [](const auto& entry) {
               return entry.second->lock_held;
           });
}

}  // namespace tuner::simulation
