// What a StudyRunner does when a client that was given a trial falls silent, and when it comes
// back.
//
// One alarm is set, for the first lease that would end; when it goes off, the leases are looked at
// as they are then.

#include "tuner/base/log.h"
#include "tuner/scheduler/recovery.h"
#include "tuner/scheduler/study_runner.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

// Sets the alarm, unless one goes off before.
void StudyRunner::watch_leases(Duration earliest) {
    if (!study().config.is_asked()) {
        return;
    }
    std::optional<Duration> first;
    for (const TrialId id : attempts_.ids()) {
        if (const auto end = end_of(attempts_.lease(id), study().config.limits)) {
            first = std::min(end->at, first.value_or(end->at));
        }
    }
    if (!first) {
        return;
    }
    const Duration due = std::max(*first, earliest);
    if (!lease_alarm_ || due < *lease_alarm_) {
        lease_alarm_ = due;
        backoffs_.spawn(wait_lease(due));
    }
}

asio::awaitable<void> StudyRunner::wait_lease(Duration due) {
    const Duration rest = std::max(due - context_.clock.uptime(), Duration(0));
    co_await context_.sleeper.sleep(rest);
    inbox_.push(LeaseDue{due});
}

asio::awaitable<void> StudyRunner::end_leases(Duration due) {
    if (lease_alarm_ == due) {
        lease_alarm_.reset();
    }
    const Duration now = context_.clock.uptime();
    const bool heard_nobody = has_overslept(due, now) || outage_.active();
    for (const TrialId id : attempts_.ids()) {
        if (!attempts_.contains(id)) {
            continue;  // it ended while an earlier one was stored
        }
        if (heard_nobody) {
            attempts_.lease(id).heard = now;
            continue;
        }
        auto end = end_of(attempts_.lease(id), study().config.limits);
        if (!end || end->at > now) {
            continue;
        }
        log::info(
            "trial_taken_back",
            fmt::format(
                "study={} trial={} client={} why={}",
                study().id,
                id.value(),
                log::quoted(record_.trial(id).client),
                name_of(end->exit.kind)
            )
        );
        co_await apply_end(id, std::move(end->exit));
    }
    watch_leases(heard_nobody ? now + kPromptAlarm : Duration(0));
}

// It was given out once, and nobody else has asked since.
bool StudyRunner::was_taken_back(TrialId id) const {
    const Trial& trial = record_.trial(id);
    return study().config.is_asked() && !is_over(study()) && trial.state == TrialState::pending &&
           trial.attempts > 0;
}

// To the client that was taken for dead.
asio::awaitable<void> StudyRunner::give_back(TrialId id) {
    co_await give_out(id, record_.trial(id).client);
    watch_leases();
}

asio::awaitable<Result<void>> StudyRunner::do_give_back(TrialId id) {
    if (was_taken_back(id) && study().state == StudyState::running) {
        co_await give_back(id);
    }
    co_return Result<void>{};
}

}  // namespace tuner
