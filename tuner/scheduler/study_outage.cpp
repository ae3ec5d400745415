// What a StudyRunner does when storage fails: it waits out what passes, and gives up on the rest.

#include "tuner/base/log.h"
#include "tuner/formats/event_json.h"
#include "tuner/scheduler/study_runner.h"

#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

// A study that is running pauses on what does not pass, for its user to see. One that is not has
// nothing to pause and nobody who would resume it: it looks at its record again after a while.
void StudyRunner::meet(const StorageError& error) {
    const bool somebody_resumes =
        study().state == StudyState::running || study().reason == StudyReason::error;
    if (error.is_final() || (!error.may_pass() && somebody_resumes)) {
        stop_working(error.what());
    } else if (!context_.passive) {
        wait_out(error.what());
    }
}

// The world broke: no more launches until somebody resumes the study. The record may not be
// writable, so this is memory only; after a restart the study is still `running` there and goes on.
void StudyRunner::stop_working(std::string why) {
    log::error("study_stopped", fmt::format("study={} why={}", study().id, log::quoted(why)));
    if (study().state == StudyState::running) {
        record_.pause_in_memory(std::move(why));
        publish_study();
    }
}

// Nothing is launched meanwhile. Trainers go on; what they say waits in their metric files.
void StudyRunner::wait_out(std::string why) {
    const bool was_waiting = outage_.active();
    if (outage_.begin(context_.clock.uptime())) {
        log::error("study_waits", fmt::format("study={} why={}", study().id, log::quoted(why)));
    }
    if (!was_waiting && study().state == StudyState::running) {
        record_.say_in_memory("waiting: " + std::move(why));
        publish_study();
    }
    if (!std::exchange(retry_is_due_, true)) {
        backoffs_.spawn(wait_for_retry(outage_.next_wait()));
    }
}

asio::awaitable<void> StudyRunner::wait_for_retry(Duration duration) {
    co_await context_.sleeper.sleep(duration);
    inbox_.push(RetryDue{});
}

// As after a restart: memory becomes what is recorded, and what nobody minds is adopted again.
asio::awaitable<void> StudyRunner::retry() {
    co_await record_.probe();
    co_await record_.reload();
    co_await recover();
    outage_.end(context_.clock.uptime());
    log::info("study_goes_on", fmt::format("study={}", study().id));
    publish_study();
}

// Tells listeners of a study that changed in memory alone.
void StudyRunner::publish_study() {
    Event event;
    event.time = context_.clock.now();
    event.kind = EventKind::study_changed;
    event.study = study().id;
    event.json = to_event_json(study());
    context_.feed.publish(event);
}

}  // namespace tuner
