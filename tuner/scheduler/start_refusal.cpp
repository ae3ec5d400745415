// How a trial is started, and what becomes of an attempt that could not be.

#include "tuner/base/log.h"
#include "tuner/scheduler/study_runner.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

asio::awaitable<void> StudyRunner::start_trial(TrialId id) {
    // What it takes is its own from here on. If storage fails meanwhile, it is until the record
    // says whether there is an attempt (hold_what_is_taken).
    const std::optional<Holding> taken =
        context_.slots->take({study().key, id}, study().id, study().config.resources);
    if (!taken) {
        co_return;  // another study was quicker
    }
    AttemptRecord attempt = co_await record_.begin_attempt(id, context_.studies_dir, taken->gpus);
    Result<Launch> launch = make_launch(study(), record_.trial(id), attempt, context_.machine);
    Result<std::unique_ptr<Attempt>> started = tl::unexpected(Error{});
    if (launch) {
        started = co_await context_.executor.start(std::move(*launch));
    } else {
        started = tl::unexpected(launch.error());
    }
    if (!started) {
        co_await refuse_start(std::move(attempt), started.error());
        co_return;
    }
    refusals_ = 0;
    co_await record_.set_running(attempt.id, (*started)->identity());
    attempts_.add(std::move(attempt), std::move(*started), StopPurpose::none);
}

// A machine without room is nobody's failure: nothing ran, and it is tried again until there is
// room, however long that takes.
asio::awaitable<void> StudyRunner::refuse_start(AttemptRecord attempt, Error why) {
    AttemptExit exit;
    exit.message = why.message;
    exit.kind = why.code == ErrorCode::invalid_argument ? ExitKind::not_started
                : why.code == ErrorCode::exhausted      ? ExitKind::never_started
                                                        : ExitKind::lost;
    if (exit.kind == ExitKind::never_started) {
        ++refusals_;
        facts_.no_room = true;
        Rng rng(*study().config.seed, "room", static_cast<std::uint64_t>(attempt.id.value()));
        const Duration pause = infrastructure_backoff(refusals_, rng);
        facts_.refusal = why.message;
        facts_.refused_until = context_.clock.now() + pause;
        log::warning(
            "start_refused",
            fmt::format(
                "study={} trial={} why={} next_try={}",
                study().id,
                attempt.trial.value(),
                log::quoted(why.message),
                to_readable(pause)
            )
        );
        backoffs_.spawn(wait_for_room(pause));
    }
    co_await end_attempt(std::move(attempt), std::move(exit), StopPurpose::none);
}

asio::awaitable<void> StudyRunner::wait_for_room(Duration duration) {
    co_await context_.sleeper.sleep(duration);
    inbox_.push(BackoffOver{});
}

}  // namespace tuner
