#include "tuner/scheduler/study_runner.h"

#include "tuner/base/contract.h"
#include "tuner/base/failpoint.h"
#include "tuner/base/log.h"
#include "tuner/optimizer/catalog.h"
#include "tuner/scheduler/offload.h"
#include "tuner/scheduler/recovery.h"

#include <utility>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

void must_be_legal(const Result<void>& transition) {
    ensures(transition.has_value(), "the plan asks for legal transitions only");
}

// `changes` are by number: each trial is one that `seen` has, or its next one.
void bring_up_to_date(History& seen, std::vector<Trial> changes) {
    for (Trial& trial : changes) {
        const auto index = static_cast<std::size_t>(trial.id.value()) - 1;
        if (index == seen.trials.size()) {
            seen.trials.push_back(std::move(trial));
        } else {
            seen.trials.at(index) = std::move(trial);
        }
    }
    seen.index.update(seen.trials);
}

}  // namespace

StudyRunner::StudyRunner(RunnerContext& context, Study study, std::vector<Trial> trials)
    : context_(context),
      optimizer_(make_optimizer(study.config.algorithm)),
      record_(context.storage, context.clock, std::move(study), std::move(trials)),
      inbox_(context.loop),
      attempts_(
          context.loop,
          record_,
          make_pruner(record_.study().config.stopping),
          [this](TrialId id, AttemptExit exit) {
              inbox_.push(AttemptEnded{id, std::move(exit)});
          },
          [this](TrialId id, std::exception_ptr why) {
              inbox_.push(AttemptAbandoned{id, std::move(why)});
          }
      ),
      backoffs_(
          context.loop, [](const std::exception_ptr& error) { std::rethrow_exception(error); }
      ),
      gone_(context.loop) {
    facts_.forgiven_failures = record_.tally().failures();
}

asio::awaitable<void> StudyRunner::run() {
    bool recovered = context_.passive && !study().config.is_asked();
    while (!leaving_) {
        std::optional<StorageError> trouble;
        try {
            if (!std::exchange(recovered, true)) {
                co_await recover();
            }
            co_await turn();
        } catch (const StaleDaemon& e) {
            context_.on_replaced(e.what());
            leaving_ = true;
        } catch (const StorageError& e) {
            trouble = e;
        } catch (const boost::system::system_error& e) {
            if (e.code() != asio::error::operation_aborted) {
                throw;
            }
            leaving_ = true;
        }
        if (trouble) {
            meet(*trouble);
        }
    }
    refuse_commands();
    context_.slots->leave(study().key);
    if (attempts_.size() == 0) {
        hold_what_is_taken({});  // nothing is, whatever a failed start had taken
    }
    // Nothing cancels the clearing away: what lives on in a group would outlive its owner.
    const auto never = asio::disable_cancellation();
    co_await asio::this_coro::reset_cancellation_state(never);
    co_await attempts_.release_all();
    backoffs_.cancel();
    co_await backoffs_.join();
    gone_.close();
}

asio::awaitable<void> StudyRunner::end() {
    leaving_ = true;
    inbox_.close();
    co_await gone_.ready();
}

asio::awaitable<void> StudyRunner::turn() {
    Plan plan = plan_with_slots();
    if (plan.step != Plan::Step::wait) {
        co_await act(std::move(plan));
        co_return;
    }
    co_await inbox_.ready();
    if (!leaving_) {
        co_await apply(inbox_.take());
    }
}

asio::awaitable<void> StudyRunner::apply(StudyMessage message) {
    if (auto* ended = std::get_if<AttemptEnded>(&message)) {
        co_await apply_end(ended->trial, std::move(ended->exit));
    } else if (auto* command = std::get_if<Command>(&message)) {
        co_await apply_command(std::move(*command));
    } else if (auto* over = std::get_if<BackoffOver>(&message)) {
        facts_.no_room = facts_.no_room && over->trial;
        if (over->trial) {
            facts_.waiting.erase(*over->trial);
        }
    } else if (auto* abandoned = std::get_if<AttemptAbandoned>(&message)) {
        attempts_.remove(abandoned->trial);
        std::rethrow_exception(abandoned->why);
    } else if (auto* lease = std::get_if<LeaseDue>(&message)) {
        co_await end_leases(lease->at);
    } else if (std::holds_alternative<SlotsChanged>(message)) {
        slots_changed_ = false;
    } else if (std::holds_alternative<RetryDue>(message)) {
        retry_is_due_ = false;
        if (outage_.active()) {
            co_await retry();
        }
    }
}

// An end that cannot be stored is forgotten: when storage works, the attempt is adopted again and
// ends once more.
asio::awaitable<void> StudyRunner::apply_end(TrialId id, AttemptExit exit) {
    if (!attempts_.contains(id)) {
        co_return;  // its client has told before it was taken back
    }
    std::exception_ptr failure;
    if (!outage_.active()) {
        try {
            AttemptRecord attempt = attempts_.record(id);
            co_await end_attempt(std::move(attempt), std::move(exit), attempts_.purpose(id));
        } catch (const StorageError&) {
            failure = std::current_exception();
        }
    }
    attempts_.remove(id);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

// Adopts what an earlier daemon, or this one before storage broke, left alive.
asio::awaitable<void> StudyRunner::recover() {
    std::vector<AttemptRecord> live = co_await record_.live_attempts();
    if (!study().config.is_asked()) {
        hold_what_is_taken(live);
    }
    std::size_t adopted_count = 0;
    for (AttemptRecord& attempt : live) {
        if (attempts_.contains(attempt.trial)) {
            continue;
        }
        const Resumption row =
            choose_resumption(study(), record_.trial(attempt.trial), attempt.state);
        if (study().config.is_asked()) {
            co_await adopt_asked(std::move(attempt), row.purpose);
            continue;
        }
        if (row.way == Resumption::Way::abandon) {
            failpoint("daemon.before_abandon");
            co_await context_.executor.abandon(attempt);
            failpoint("daemon.abandoned");
            AttemptExit exit;
            exit.kind = ExitKind::never_started;
            co_await end_attempt(std::move(attempt), std::move(exit), row.purpose);
            continue;
        }
        failpoint("daemon.before_adopt");
        std::unique_ptr<Attempt> adopted = co_await context_.executor.adopt(attempt);
        failpoint("daemon.adopted");
        attempts_.add(std::move(attempt), std::move(adopted), row.purpose);
        ++adopted_count;
    }
    watch_leases();
    if (!live.empty()) {
        log::info(
            "study_recovered",
            fmt::format("study={} attempts={} adopted={}", study().id, live.size(), adopted_count)
        );
    }
    if (is_over(study())) {  // a failing storage may have cut its end short
        co_await attempts_.stop_all(StopPurpose::cancel);
    }
    if (cancels_pending(study())) {
        co_await record_.cancel_pending_trials();
    }
}

// Acting on a plan --------------------------------------------------------------------------------

asio::awaitable<void> StudyRunner::act(Plan plan) {
    Study after = study();
    if (plan.step == Plan::Step::finish) {
        must_be_legal(after.finish(plan.reason, plan.message, context_.clock.now()));
        co_await end_study(std::move(after));
        co_return;
    }
    if (plan.step == Plan::Step::pause) {
        must_be_legal(after.pause(plan.reason, plan.message));
        co_await record_.store(std::move(after));
        co_return;
    }
    for (const TrialId id : plan.relaunch) {
        if (!facts_.no_room) {
            co_await start_trial(id);
        }
    }
    if (plan.suggest > 0) {
        co_await add_suggestions(plan.suggest);  // pending now: the next plan launches them
    }
}

// The optimizer's copy of the history goes to the worker with what has changed and comes back with
// the suggestions: a long study copies a handful of trials for a suggestion, not all of them.
asio::awaitable<void> StudyRunner::add_suggestions(std::int64_t count) {
    auto suggest = [optimizer = optimizer_.get(),
                    seen = std::move(seen_),
                    config = study().config,
                    changes = record_.take_changes(),
                    wanted = static_cast<int>(count)]() mutable {
        seen.config = std::move(config);
        bring_up_to_date(seen, std::move(changes));
        Rng rng(*seen.config.seed, "suggest", seen.trials.size() + 1);
        std::vector<Suggestion> suggestions = optimizer->suggest(seen, wanted, rng);
        return std::pair(std::move(suggestions), std::move(seen));
    };
    auto proposed = co_await offload(context_.pool, std::move(suggest));
    std::vector<Suggestion> suggestions = std::move(proposed.first);
    seen_ = std::move(proposed.second);
    facts_.exhausted = suggestions.size() < static_cast<std::size_t>(count);
    if (!suggestions.empty()) {
        co_await record_.add_trials(std::move(suggestions));
    }
}

asio::awaitable<void> StudyRunner::end_attempt(
    AttemptRecord attempt, AttemptExit exit, StopPurpose purpose
) {
    const bool was_lost = exit.kind == ExitKind::lost;
    // Also of an attempt that was not told yet.
    const StopPurpose meant = is_over(study()) ? StopPurpose::cancel : purpose;
    Trial after =
        conclude(record_.trial(attempt.trial), exit, study().config, meant, context_.clock.now());
    if (after.state == TrialState::pruned) {
        after.forecast = forecast_end(record_.curves(), after.id);
    }
    co_await record_.end_attempt(attempt.id, std::move(exit), after);
    context_.slots->release({study().key, after.id});
    if (was_lost && after.state == TrialState::pending && !study().config.is_asked()) {
        Rng rng(*study().config.seed, "backoff", static_cast<std::uint64_t>(attempt.id.value()));
        const Duration pause = infrastructure_backoff(after.infrastructure_retries, rng);
        facts_.waiting.emplace(after.id, context_.clock.now() + pause);
        failpoint("daemon.loss_recorded");
        backoffs_.spawn(wait_backoff(after.id, pause));
    }
}

asio::awaitable<void> StudyRunner::wait_backoff(TrialId id, Duration duration) {
    co_await context_.sleeper.sleep(duration);
    inbox_.push(BackoffOver{id});
}

asio::awaitable<void> StudyRunner::end_study(Study after) {
    co_await record_.store(std::move(after));
    failpoint("daemon.study_ended");
    co_await record_.cancel_pending_trials();
    failpoint("daemon.pending_trials_cancelled");
    co_await attempts_.stop_all(StopPurpose::cancel);
}

}  // namespace tuner
