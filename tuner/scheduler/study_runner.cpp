#include "tuner/scheduler/study_runner.h"

#include "tuner/base/contract.h"
#include "tuner/base/log.h"
#include "tuner/formats/study_json.h"
#include "tuner/optimizer/catalog.h"
#include "tuner/scheduler/offload.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// A stored change that the record refuses means that memory and record differ: the world broke
// under us.
void must(const Result<void>& stored) {
    if (!stored) {
        throw StorageError("the database contradicts this daemon: " + stored.error().message);
    }
}

// What the optimizer needs of a history: everything but the curves, which can be long.
History without_measurements(const History& history) {
    History copy{history.config, {}};
    copy.trials.reserve(history.trials.size());
    for (const Trial& trial : history.trials) {
        Trial& slim = copy.trials.emplace_back();
        slim.id = trial.id;
        slim.assignment = trial.assignment;
        slim.provenance = trial.provenance;
        slim.state = trial.state;
        slim.outcome = trial.outcome;
        slim.failure = trial.failure;
    }
    return copy;
}

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

}  // namespace

StudyRunner::StudyRunner(RunnerContext& context, Study study, std::vector<Trial> trials)
    : context_(context),
      optimizer_(make_optimizer(study.config.algorithm)),
      study_(std::move(study)),
      history_{study_.config, std::move(trials)},
      inbox_(context.loop),
      gone_(context.loop),
      tasks_(context.loop, [](const std::exception_ptr& error) { std::rethrow_exception(error); }) {
    facts_.forgiven_failures = count_failures(history_);
}

asio::awaitable<void> StudyRunner::run() {
    bool recovered = context_.passive;
    bool cancelled = false;
    while (!cancelled && !leaving_) {
        std::string broken;
        try {
            if (!recovered) {
                recovered = true;
                co_await recover();
            }
            co_await turn();
        } catch (const StaleDaemon& e) {
            context_.on_replaced(e.what());
            cancelled = true;
        } catch (const StorageError& e) {
            broken = e.what();
        } catch (const boost::system::system_error& e) {
            if (e.code() != asio::error::operation_aborted) {
                throw;
            }
            cancelled = true;
        }
        if (!broken.empty()) {
            stop_working(std::move(broken));
        }
    }
    // Released, not stopped: the trainers live on under their shims.
    co_await asio::this_coro::reset_cancellation_state();
    tasks_.cancel();
    co_await tasks_.join();
    gone_.close();
}

asio::awaitable<void> StudyRunner::end() {
    leaving_ = true;
    inbox_.close();
    co_await gone_.ready();
}

asio::awaitable<void> StudyRunner::turn() {
    Plan plan = context_.passive ? Plan{} : next_plan(study_, history_, facts_);
    if (plan.step != Plan::Step::wait) {
        co_await act(std::move(plan));
        co_return;
    }
    co_await inbox_.ready();
    if (!leaving_) {
        co_await apply(inbox_.take());
    }
}

asio::awaitable<void> StudyRunner::act(Plan plan) {
    if (plan.step == Plan::Step::launch) {
        co_await launch(std::move(plan));
    } else if (plan.step == Plan::Step::finish) {
        co_await finish(std::move(plan));
    } else {
        Study after = study_;
        must(after.pause(plan.reason, plan.message));
        must(co_await store(std::move(after)));
    }
}

asio::awaitable<void> StudyRunner::launch(Plan plan) {
    for (const TrialId id : plan.relaunch) {
        co_await start_trial(id);
    }
    if (plan.suggest > 0) {
        co_await add_suggestions(plan.suggest);
    }
}

asio::awaitable<void> StudyRunner::add_suggestions(std::int64_t count) {
    const auto next_number = static_cast<std::int64_t>(history_.trials.size()) + 1;
    const int wanted = static_cast<int>(count);
    const std::uint64_t seed = *study_.config.seed;
    auto work = [optimizer = optimizer_.get(),
                 history = without_measurements(history_),
                 wanted,
                 seed,
                 next_number] {
        Rng rng(seed, "suggest", static_cast<std::uint64_t>(next_number));
        return optimizer->suggest(history, wanted, rng);
    };
    std::vector<Suggestion> suggestions = co_await offload(context_.pool, std::move(work));
    facts_.exhausted = suggestions.size() < static_cast<std::size_t>(wanted);
    if (suggestions.empty()) {
        co_return;
    }
    const TimePoint now = context_.clock.now();
    std::vector<Trial> added;
    for (std::size_t i = 0; i < suggestions.size(); ++i) {
        const TrialId id(next_number + static_cast<std::int64_t>(i));
        added.push_back(Trial::create(id, std::move(suggestions[i]), now));
    }
    auto add = [key = study_.key, added, now](Storage& s) { return s.add_trials(key, added, now); };
    must(co_await context_.storage(std::move(add)));
    history_.trials.insert(history_.trials.end(), added.begin(), added.end());
    // They are pending now: the next plan launches them.
}

asio::awaitable<void> StudyRunner::start_trial(TrialId id) {
    Trial started = trial(id);
    const TimePoint now = context_.clock.now();
    must(started.start(now));
    const std::filesystem::path parent = context_.studies_dir / study_.id;
    auto begin = [key = study_.key, started, parent, now](Storage& s) {
        return s.begin_attempt(key, started, parent, now);
    };
    Result<AttemptRecord> record = co_await context_.storage(std::move(begin));
    must(record.map([](const AttemptRecord&) {}));
    trial(id) = std::move(started);

    Result<Launch> launch = make_launch(study_, trial(id), *record, context_.machine);
    Result<std::unique_ptr<Attempt>> attempt = tl::unexpected(Error{});
    if (launch) {
        attempt = co_await context_.executor.start(std::move(*launch));
    } else {
        attempt = tl::unexpected(launch.error());
    }
    if (!attempt) {
        const bool hopeless = attempt.error().code == ErrorCode::invalid_argument;
        AttemptExit exit;
        exit.kind = hopeless ? ExitKind::not_started : ExitKind::lost;
        exit.message = attempt.error().message;
        co_await end_attempt(std::move(*record), std::move(exit), StopPurpose::none);
        co_return;
    }
    auto set_running = [attempt_id = record->id, identity = (*attempt)->identity(), now](Storage& s
                       ) { return s.set_running(attempt_id, identity, now); };
    must(co_await context_.storage(std::move(set_running)));
    mind(std::move(*record), std::move(*attempt), StopPurpose::none);
}

// Adopts what an earlier daemon (or this one before storage broke) left alive.
asio::awaitable<void> StudyRunner::recover() {
    auto read_live = [](Storage& s) { return s.live_attempts(); };
    std::vector<AttemptRecord> live = co_await context_.storage(std::move(read_live));
    for (AttemptRecord& record : live) {
        if (record.study != study_.key || running_.contains(record.trial)) {
            continue;
        }
        const StopPurpose purpose =
            study_.state == StudyState::cancelled || study_.state == StudyState::finished
                ? StopPurpose::cancel
                : StopPurpose::requeue;
        if (record.state == AttemptState::intent) {
            co_await context_.executor.abandon(record);
            AttemptExit exit;
            exit.kind = ExitKind::never_started;
            co_await end_attempt(
                std::move(record),
                std::move(exit),
                purpose == StopPurpose::cancel ? purpose : StopPurpose::none
            );
            continue;
        }
        const bool stop = record.state == AttemptState::stopping || purpose == StopPurpose::cancel;
        std::unique_ptr<Attempt> attempt = co_await context_.executor.adopt(record);
        const TrialId id = record.trial;
        mind(std::move(record), std::move(attempt), stop ? purpose : StopPurpose::none);
        if (stop) {
            running_.at(id).attempt->stop();
        }
    }
}

void StudyRunner::mind(
    AttemptRecord record, std::unique_ptr<Attempt> attempt, StopPurpose purpose
) {
    const TrialId id = record.trial;
    const AttemptId attempt_id = record.id;
    running_.emplace(id, Running{std::move(record), std::move(attempt), purpose});
    tasks_.spawn(mind_attempt(id, attempt_id));
}

asio::awaitable<void> StudyRunner::mind_attempt(TrialId id, AttemptId attempt) {
    std::string broken;
    try {
        AttemptExit exit =
            co_await running_.at(id).attempt->run([this, id, attempt](Report report) {
                return store_report(id, attempt, std::move(report));
            });
        inbox_.push(AttemptEnded{id, std::move(exit)});
    } catch (const StorageError& e) {
        broken = e.what();
    }
    if (!broken.empty()) {
        inbox_.push(MindingFailed{id, std::move(broken)});
    }
}

asio::awaitable<void> StudyRunner::store_report(TrialId id, AttemptId attempt, Report report) {
    const TimePoint now = context_.clock.now();
    auto add = [attempt, report, now](Storage& s) {
        return s.add_measurements(attempt, report.measurements, report.metrics_offset, now);
    };
    must(co_await context_.storage(std::move(add)));
    for (Measurement& measurement : report.measurements) {
        must(trial(id).record(std::move(measurement)));
    }
    if (!trial(id).measurements.empty()) {
        Event event;
        event.time = now;
        event.kind = EventKind::trial_measured;
        event.study = study_.id;
        event.trial = id;
        event.json = to_event_json(id, trial(id).measurements.back());
        context_.feed.publish(event);
    }
}

asio::awaitable<void> StudyRunner::apply(Message message) {
    if (auto* ended = std::get_if<AttemptEnded>(&message)) {
        co_await apply_end(std::move(*ended));
    } else if (auto* command = std::get_if<Command>(&message)) {
        co_await apply_command(std::move(*command));
    } else if (auto* over = std::get_if<BackoffOver>(&message)) {
        facts_.waiting.erase(over->trial);
    } else if (auto* failed = std::get_if<MindingFailed>(&message)) {
        running_.erase(failed->trial);
        stop_working(failed->message);
    }
}

asio::awaitable<void> StudyRunner::apply_end(AttemptEnded message) {
    const auto found = running_.find(message.trial);
    const AttemptRecord record = found->second.record;
    const StopPurpose purpose = found->second.purpose;
    co_await end_attempt(record, std::move(message.exit), purpose);
    running_.erase(message.trial);
}

asio::awaitable<void> StudyRunner::end_attempt(
    AttemptRecord record, AttemptExit exit, StopPurpose purpose
) {
    const TimePoint now = context_.clock.now();
    Trial after = conclude(trial(record.trial), exit, study_.config, purpose, now);
    const bool was_lost = exit.kind == ExitKind::lost;
    const AttemptEnd end{record.id, std::move(exit), after};
    auto end_it = [end, now](Storage& s) { return s.end_attempt(end, now); };
    must(co_await context_.storage(std::move(end_it)));
    trial(record.trial) = std::move(after);
    if (was_lost && trial(record.trial).state == TrialState::pending) {
        const std::int64_t retries = trial(record.trial).infrastructure_retries;
        Rng rng(*study_.config.seed, "backoff", static_cast<std::uint64_t>(record.id.value()));
        facts_.waiting.insert(record.trial);
        tasks_.spawn(wait_backoff(record.trial, infrastructure_backoff(retries, rng)));
    }
}

asio::awaitable<void> StudyRunner::wait_backoff(TrialId id, Duration duration) {
    asio::steady_timer timer(context_.loop, duration);
    co_await timer.async_wait(asio::use_awaitable);
    inbox_.push(BackoffOver{id});
}

asio::awaitable<void> StudyRunner::finish(Plan plan) {
    Study after = study_;
    must(after.finish(plan.reason, plan.message, context_.clock.now()));
    must(co_await store(std::move(after)));
    co_await cancel_pending_trials();
    co_await stop_attempts(StopPurpose::cancel);
}

asio::awaitable<void> StudyRunner::cancel_pending_trials() {
    const TimePoint now = context_.clock.now();
    for (Trial& candidate : history_.trials) {
        if (candidate.state != TrialState::pending) {
            continue;
        }
        Trial after = candidate;
        must(after.cancel(now));
        auto update = [key = study_.key, after, now](Storage& s) {
            return s.update_trial(key, after, TrialState::pending, now);
        };
        must(co_await context_.storage(std::move(update)));
        candidate = std::move(after);
    }
}

asio::awaitable<void> StudyRunner::stop_attempts(StopPurpose purpose) {
    const TimePoint now = context_.clock.now();
    for (auto& [id, running] : running_) {
        running.purpose = purpose;
        auto stop = [attempt = running.record.id, now](Storage& s) {
            return s.set_stopping(attempt, now);
        };
        must(co_await context_.storage(std::move(stop)));
        running.attempt->stop();
    }
}

// Commands --------------------------------------------------------------------------------------

asio::awaitable<Result<void>> StudyRunner::ask(Act act) {
    auto reply = std::make_shared<Inbox<Result<void>>>(context_.loop);
    inbox_.push(Command{std::move(act), reply});
    co_await reply->ready();
    co_return reply->take();
}

asio::awaitable<void> StudyRunner::apply_command(Command command) {
    std::string broken;
    try {
        command.reply->push(co_await command.act());
    } catch (const StaleDaemon&) {
        command.reply->push(
            fail(ErrorCode::unavailable, "another daemon has taken over this data directory")
        );
        throw;
    } catch (const StorageError& e) {
        broken = e.what();
    }
    if (!broken.empty()) {
        command.reply->push(fail(ErrorCode::internal, broken));
        stop_working(std::move(broken));
    }
}

asio::awaitable<Result<void>> StudyRunner::pause(bool now, StudyReason why) {
    return ask([this, now, why] { return do_pause(now, why); });
}

asio::awaitable<Result<void>> StudyRunner::resume() {
    return ask([this] { return do_resume(); });
}

asio::awaitable<Result<void>> StudyRunner::cancel() {
    return ask([this] { return do_cancel(); });
}

asio::awaitable<Result<void>> StudyRunner::set_limits(Limits limits) {
    return ask([this, limits] { return do_set_limits(limits); });
}

asio::awaitable<Result<void>> StudyRunner::do_pause(bool now, StudyReason why) {
    Study after = study_;
    if (study_.state != StudyState::paused) {
        if (auto allowed = after.pause(why, ""); !allowed) {
            co_return allowed;
        }
        if (auto stored = co_await store(std::move(after)); !stored) {
            co_return stored;
        }
    }
    if (now) {
        co_await stop_attempts(StopPurpose::requeue);
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_resume() {
    if (study_.state == StudyState::running) {
        co_return Result<void>{};
    }
    if (study_.reason == StudyReason::error) {
        co_await reload();
        co_await recover();
        co_return Result<void>{};
    }
    Study after = study_;
    if (auto allowed = after.resume(); !allowed) {
        co_return allowed;
    }
    PlanFacts facts;
    facts.forgiven_failures = count_failures(history_);
    const Plan plan = next_plan(after, history_, facts);
    if (plan.step == Plan::Step::finish) {
        co_return fail(ErrorCode::conflict, describe_refusal(study_, plan));
    }
    facts_.exhausted = false;
    facts_.forgiven_failures = facts.forgiven_failures;
    auto stored = co_await store(std::move(after));
    if (stored && !context_.passive) {
        co_await recover();
    }
    co_return stored;
}

// After a storage error memory may be ahead of the record or behind it: the record is what counts.
asio::awaitable<void> StudyRunner::reload() {
    auto read_study = [key = study_.key](Storage& s) { return s.study(key); };
    Result<Study> study = co_await context_.storage(std::move(read_study));
    must(study.map([](const Study&) {}));
    auto read_trials = [key = study_.key](Storage& s) { return s.trials(key); };
    history_.trials = co_await context_.storage(std::move(read_trials));
    study_ = std::move(*study);
    history_.config = study_.config;
}

asio::awaitable<Result<void>> StudyRunner::do_cancel() {
    if (study_.state == StudyState::cancelled || study_.state == StudyState::finished) {
        co_return Result<void>{};
    }
    Study after = study_;
    if (auto allowed = after.cancel(context_.clock.now()); !allowed) {
        co_return allowed;
    }
    if (auto stored = co_await store(std::move(after)); !stored) {
        co_return stored;
    }
    co_await cancel_pending_trials();
    co_await stop_attempts(StopPurpose::cancel);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_set_limits(Limits limits) {
    if (study_.state == StudyState::cancelled) {
        co_return fail(ErrorCode::conflict, fmt::format("study {} is cancelled", study_.id));
    }
    StudyConfig changed = study_.config;
    changed.limits = limits;
    Result<StudyConfig> checked = StudyConfig::create(std::move(changed));
    if (!checked) {
        co_return tl::unexpected(checked.error());
    }
    Study after = study_;
    after.config = std::move(*checked);
    co_return co_await store(std::move(after));
}

asio::awaitable<Result<void>> StudyRunner::store(Study after) {
    const TimePoint now = context_.clock.now();
    const StudyState before = study_.state;
    auto update = [after, before, now](Storage& s) { return s.update_study(after, before, now); };
    Result<void> stored = co_await context_.storage(std::move(update));
    if (stored) {
        study_ = std::move(after);
        history_.config = study_.config;
    }
    co_return stored;
}

// The world broke: no more launches until somebody resumes the study. The record may not be
// writable, so this is memory only; after a restart the study is still `running` there and goes on.
void StudyRunner::stop_working(std::string message) {
    log::error("study_stopped", fmt::format("study={} why={}", study_.id, log::quoted(message)));
    if (study_.state == StudyState::running) {
        must(study_.pause(StudyReason::error, std::move(message)));
        Event event;
        event.time = context_.clock.now();
        event.kind = EventKind::study_changed;
        event.study = study_.id;
        event.json = to_event_json(study_);
        context_.feed.publish(event);
    }
}

Trial& StudyRunner::trial(TrialId id) {
    expects(
        id.value() >= 1 && static_cast<std::size_t>(id.value()) <= history_.trials.size(),
        "trials are dense from 1"
    );
    return history_.trials[static_cast<std::size_t>(id.value()) - 1];
}

}  // namespace tuner
