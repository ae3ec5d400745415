// Clients that ask a simulated daemon for trials and tell how they went. They outlive every daemon,
// remember what they were given and what was acknowledged, and hold the daemons to it.

#include "tests/simulation/schedule.h"
#include "tests/support/builders.h"

#include <iterator>

#include <fmt/format.h>

namespace tuner::simulation {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr const char* kStudy = "asked-1";
constexpr int kClients = 3;
constexpr double kAnswerLost = 0.2;  // how many answers never reach their client

std::string name_of_client(int client) {
    return fmt::format("client {}", client);
}

PostedReport objective(double value) {
    PostedReport report;
    report.objective = value;
    return report;
}

}  // namespace

void Schedule::plan_clients() {
    if (!chance(0.3)) {
        return;
    }
    const StudyConfig config = test::a_config()
                                   .with([&](StudyConfig& draft) {
                                       draft.name = "asked";
                                       draft.algorithm = Algorithm::random;
                                       draft.limits = draw_limits();
                                       draft.limits.max_trials += 3;
                                       draft.limits.stall_timeout = draw_lease();
                                       draft.limits.timeout = draw_lease();
                                       draft.stopping = draw_stopping();
                                       draft.trainer = {};
                                   })
                                   .build();
    oracle_.allow(kStudy, config.limits);
    timeline_.after(draw(1ms, faults_end_ / 4), [this, config] {
        if (daemon_ && daemon_->has_started()) {
            daemon_->spawn(create(daemon_.get(), config));
        }
    });
    sometimes(1, 30, [this] { visit(static_cast<int>(rng_.below(kClients))); });
    sometimes(0.4, 3, [this] { request(kStudy, rng_.below(12)); });
}

// How long a client may be silent, or have a trial; for ever, if nothing.
std::optional<Duration> Schedule::draw_lease() {
    return chance(0.5) ? std::nullopt : std::optional(draw(1s, 200s));
}

// A client comes by: it asks, or has something to say about a trial that it was given.
void Schedule::visit(int client) {
    if (!daemon_ || !daemon_->has_started() || daemon_->scheduler().find(kStudy) == nullptr) {
        return;
    }
    SimulatedDaemon* daemon = daemon_.get();
    const std::set<std::int64_t>& held = held_[client];
    if (held.empty() || chance(0.4)) {
        daemon->spawn(ask(daemon, client, 1 + static_cast<std::int64_t>(rng_.below(3))));
        return;
    }
    const TrialId trial(*std::next(held.begin(), static_cast<int>(rng_.below(held.size()))));
    if (chance(0.5)) {
        daemon->spawn(measure(daemon, trial));
    } else {
        daemon->spawn(tell(daemon, client, trial));
    }
}

asio::awaitable<void> Schedule::ask(SimulatedDaemon* daemon, int client, std::int64_t count) {
    StudyRunner* runner = daemon->scheduler().find(kStudy);
    AskRequest wanted{count, name_of_client(client)};
    const Result<std::vector<TrialId>> found = co_await runner->ask(std::move(wanted));
    if (!found) {
        diary_.note("client {} asks: {}", client, found.error().message);
        co_return;
    }
    if (std::ssize(*found) > count) {
        diary_.violate(fmt::format("client {} asked for {}, got {}", client, count, found->size()));
    }
    for (const TrialId id : *found) {
        const Trial trial =
            record_.trials(runner->study().key).at(static_cast<std::size_t>(id.value()) - 1);
        diary_.note("client {} has trial {}, attempt {}", client, id.value(), trial.attempts);
        if (trial.state != TrialState::running) {
            diary_.violate(fmt::format("trial {} was given out off the record", id.value()));
        }
        const auto [place, is_new] = given_.emplace(std::pair(id, trial.attempts), client);
        if (!is_new && place->second != client) {
            diary_.violate(fmt::format(
                "trial {} was given to clients {} and {}", id.value(), place->second, client
            ));
        }
        held_[client].insert(id.value());
    }
}

asio::awaitable<void> Schedule::measure(SimulatedDaemon* daemon, TrialId trial) {
    PostedReport said = objective(rng_.uniform());
    said.step = 1 + static_cast<std::int64_t>(rng_.below(5));
    StudyRunner* runner = daemon->scheduler().find(kStudy);
    const Result<void> stored = co_await runner->report(trial, std::move(said));
    diary_.note("trial {} is measured: {}", trial.value(), stored ? "" : stored.error().message);
}

// What a client has no answer to, it tells again.
asio::awaitable<void> Schedule::tell(SimulatedDaemon* daemon, int client, TrialId trial) {
    const double value = telling_.try_emplace({client, trial}, rng_.uniform()).first->second;
    StudyRunner* runner = daemon->scheduler().find(kStudy);
    const Result<void> done = co_await runner->tell(trial, objective(value));
    diary_.note("trial {} is told: {}", trial.value(), done ? "" : done.error().message);
    if (done) {
        if (told_.emplace(trial, value).first->second != value) {
            diary_.violate(fmt::format("trial {} was told twice", trial.value()));
        }
        check_told(trial, value);
    } else if (done.error().code == ErrorCode::conflict && has_on_record(trial, value) == true) {
        diary_.violate(fmt::format("trial {} was told so, and is refused again", trial.value()));
    }
    const bool is_heard = !chance(kAnswerLost);
    if (is_heard && (done || done.error().code == ErrorCode::conflict)) {
        held_[client].erase(trial.value());
    }
}

// Whether a trial has ended with what was told; nothing when a user has deleted its study.
std::optional<bool> Schedule::has_on_record(TrialId trial, double value) {
    const std::optional<Study> study = stored(kStudy);
    if (!study) {
        return std::nullopt;
    }
    const Trial found = record_.trials(study->key).at(static_cast<std::size_t>(trial.value()) - 1);
    return (found.state == TrialState::completed || found.state == TrialState::pruned) &&
           found.objective() == value;
}

void Schedule::check_told(TrialId trial, double value) {
    if (has_on_record(trial, value) == false) {
        diary_.violate(fmt::format("what was told of trial {} is not on record", trial.value()));
    }
}

void Schedule::check_all_told() {
    for (const auto& [trial, value] : told_) {
        check_told(trial, value);
    }
}

// When nothing fails any more: whatever is given out is told, and the rest asked for. The clients
// of before are dead; where they may not be silent for long, their trials are not told, but are
// waited for.
void Schedule::serve_clients() {
    StudyRunner* runner = daemon_->scheduler().find(kStudy);
    if (runner == nullptr) {
        return;
    }
    const std::string heir = name_of_client(kClients);
    const bool is_leased = runner->study().config.limits.stall_timeout.has_value();
    for (const Trial& trial : runner->history().trials) {
        if (trial.state == TrialState::running && (!is_leased || trial.client == heir)) {
            daemon_->spawn(tell(daemon_.get(), kClients, trial.id));
        }
    }
    daemon_->spawn(ask(daemon_.get(), kClients, 3));
}

}  // namespace tuner::simulation
