// The commands of a StudyRunner: what users may do to a study, each when its turn in the inbox has
// come.

#include "tuner/base/failpoint.h"
#include "tuner/scheduler/study_runner.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// Why a study cannot go on: it would end again at once.
std::string describe_refusal(const Study& study, const Plan& plan) {
    return plan.reason == StudyReason::failed_trials
               ? fmt::format(
                     "study {} cannot go on: {} Raise maxFailedTrials to go on",
                     study.id,
                     plan.message
                 )
               : fmt::format(
                     "study {} has run all of its {} trials: raise maxTrials to go on",
                     study.id,
                     study.config.limits.max_trials
                 );
}

Result<void> runner_is_gone() {
    return fail(ErrorCode::unavailable, "this daemon no longer works on the study; try again");
}

}  // namespace

asio::awaitable<Result<void>> StudyRunner::pause(bool now, StudyReason why) {
    return in_turn([this, now, why] { return do_pause(now, why); });
}

asio::awaitable<Result<void>> StudyRunner::resume() {
    return in_turn([this] { return do_resume(); });
}

asio::awaitable<Result<void>> StudyRunner::cancel() {
    return in_turn([this] { return do_cancel(); });
}

asio::awaitable<Result<void>> StudyRunner::set_limits(Limits limits) {
    return in_turn([this, limits] { return do_set_limits(limits); });
}

asio::awaitable<Result<void>> StudyRunner::set_resources(Resources resources) {
    return in_turn([this, resources] { return do_set_resources(resources); });
}

// The inbox is not emptied any more: whoever waits for an answer gets this one.
void StudyRunner::refuse_commands() {
    while (inbox_.size() > 0) {
        StudyMessage message = inbox_.take();
        if (auto* command = std::get_if<Command>(&message)) {
            command->reply->push(runner_is_gone());
        }
    }
}

asio::awaitable<Result<void>> StudyRunner::in_turn(Act act) {
    if (leaving_) {
        co_return runner_is_gone();
    }
    auto reply = std::make_shared<Inbox<Result<void>>>(context_.loop);
    inbox_.push(Command{std::move(act), reply});
    co_await reply->ready();
    co_return reply->take();
}

asio::awaitable<void> StudyRunner::apply_command(Command command) {
    std::optional<StorageError> trouble;
    try {
        // What is in memory alone (a pause because of an error) is no ground to act on; and a user
        // who asks during an outage need not wait for the next try.
        if (outage_.active() || study().reason == StudyReason::error) {
            co_await retry();
        }
        Result<void> done = co_await command.act();
        command.reply->push(std::move(done));
    } catch (const StaleDaemon&) {
        command.reply->push(
            fail(ErrorCode::unavailable, "another daemon has taken over this data directory")
        );
        throw;
    } catch (const StorageError& e) {
        trouble = e;
    }
    if (trouble) {
        command.reply->push(tl::unexpected(trouble->error()));
        meet(*trouble);
    }
}

asio::awaitable<Result<void>> StudyRunner::do_pause(bool now, StudyReason why) {
    if (study().state != StudyState::paused) {
        Study after = study();
        if (Result<void> allowed = after.pause(why, ""); !allowed) {
            co_return allowed;
        }
        co_await record_.store(std::move(after));
        failpoint("daemon.pause_recorded");
    }
    if (now) {
        co_await attempts_.stop_all(StopPurpose::requeue);
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_resume() {
    if (study().state == StudyState::running) {
        co_return Result<void>{};
    }
    Study after = study();
    if (Result<void> allowed = after.resume(); !allowed) {
        co_return allowed;
    }
    PlanFacts facts;
    facts.waiting = facts_.waiting;
    facts.forgiven_failures = record_.tally().failures();
    const Plan plan = next_plan(after, record_.tally(), facts);
    if (plan.step == Plan::Step::finish) {
        co_return fail(ErrorCode::conflict, describe_refusal(study(), plan));
    }
    co_await record_.store(std::move(after));
    failpoint("daemon.resume_recorded");
    facts_ = std::move(facts);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_cancel() {
    if (study().state == StudyState::cancelled || study().state == StudyState::finished) {
        co_return Result<void>{};
    }
    Study after = study();
    if (Result<void> allowed = after.cancel(context_.clock.now()); !allowed) {
        co_return allowed;
    }
    co_await end_study(std::move(after));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_set_limits(Limits limits) {
    if (study().state == StudyState::cancelled) {
        co_return fail(ErrorCode::conflict, fmt::format("study {} is cancelled", study().id));
    }
    StudyConfig changed = study().config;
    changed.limits = limits;
    Result<StudyConfig> checked = StudyConfig::create(std::move(changed));
    if (!checked) {
        co_return tl::unexpected(checked.error());
    }
    Study after = study();
    after.config = std::move(*checked);
    co_await record_.store(std::move(after));
    failpoint("daemon.limits_recorded");
    watch_leases();
    co_return Result<void>{};
}

// Of trials that are started from now on.
asio::awaitable<Result<void>> StudyRunner::do_set_resources(Resources resources) {
    if (study().state == StudyState::cancelled) {
        co_return fail(ErrorCode::conflict, fmt::format("study {} is cancelled", study().id));
    }
    Study after = study();
    after.config.resources = resources;
    co_await record_.store(std::move(after));
    co_return Result<void>{};
}

}  // namespace tuner
