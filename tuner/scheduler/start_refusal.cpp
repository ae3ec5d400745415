// What becomes of an attempt that could not be started.

#include "tuner/base/log.h"
#include "tuner/scheduler/study_runner.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

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
