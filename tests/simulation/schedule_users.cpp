// What users ask of a simulated daemon, and what must be on record when they get their answer.

#include "tests/simulation/schedule.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner::simulation {

namespace asio = boost::asio;

void Schedule::request(std::string study, std::uint64_t which) {
    if (!daemon_ || !daemon_->has_started() || daemon_->scheduler().find(study) == nullptr) {
        return;
    }
    SimulatedDaemon* daemon = daemon_.get();
    diary_.note("a user asks daemon {} for {} of {}", daemon->number(), which, study);
    if (which < 3) {
        daemon->spawn(pause(daemon, std::move(study), which == 0));
    } else if (which < 7) {
        daemon->spawn(resume(daemon, std::move(study)));
    } else if (which < 10) {
        const Limits limits = draw_limits();
        oracle_.allow(study, limits);
        daemon->spawn(limit(daemon, std::move(study), limits));
    } else if (which == 10) {
        daemon->spawn(cancel(daemon, std::move(study)));
    } else {
        daemon->spawn(remove(daemon, std::move(study)));
    }
}

std::optional<Study> Schedule::stored(const std::string& id) {
    std::vector<Study> studies = record_.studies();
    const auto found =
        std::find_if(studies.begin(), studies.end(), [&](const Study& s) { return s.id == id; });
    return found == studies.end() ? std::nullopt : std::optional(std::move(*found));
}

// `is_so` says whether the record has what was acknowledged; another request for the same study may
// have changed it again.
void Schedule::answered(
    const std::string& study, const Result<void>& result, std::string_view what, bool is_so
) {
    const bool alone = --outstanding_[study] == 0;
    diary_.note("{} {}: {}", what, study, result ? "done" : result.error().message);
    if (result && alone && !is_so) {
        diary_.violate(fmt::format("{} of {} was acknowledged and is not on record", what, study));
    }
}

asio::awaitable<void> Schedule::create(SimulatedDaemon* daemon, StudyConfig config) {
    const std::string id = config.name + "-1";
    NewStudy study{std::move(config), "", ""};
    const std::reference_wrapper<StudyRunner> made =
        co_await daemon->scheduler().create(std::move(study));
    diary_.note("created {}", made.get().study().id);
    if (!stored(id)) {
        diary_.violate(id + " was acknowledged and is not on record");
    }
}

asio::awaitable<void> Schedule::pause(SimulatedDaemon* daemon, std::string study, bool now) {
    StudyRunner* runner = daemon->scheduler().find(study);
    ++outstanding_[study];
    const Result<void> result = co_await runner->pause(now, StudyReason::user);
    const std::optional<Study> after = stored(study);
    answered(study, result, "pause", after && after->state == StudyState::paused);
}

asio::awaitable<void> Schedule::resume(SimulatedDaemon* daemon, std::string study) {
    StudyRunner* runner = daemon->scheduler().find(study);
    ++outstanding_[study];
    const Result<void> result = co_await runner->resume();
    const std::optional<Study> after = stored(study);
    answered(study, result, "resume", after && after->state != StudyState::paused);
}

asio::awaitable<void> Schedule::resume_or_cancel(SimulatedDaemon* daemon, std::string study) {
    StudyRunner* runner = daemon->scheduler().find(study);
    ++outstanding_[study];
    const Result<void> resumed = co_await runner->resume();
    answered(study, resumed, "resume", true);
    if (!resumed && resumed.error().code == ErrorCode::conflict) {
        asio::awaitable<void> cancelled = cancel(daemon, std::move(study));
        co_await std::move(cancelled);
    }
}

asio::awaitable<void> Schedule::cancel(SimulatedDaemon* daemon, std::string study) {
    StudyRunner* runner = daemon->scheduler().find(study);
    ++outstanding_[study];
    const Result<void> result = co_await runner->cancel();
    const std::optional<Study> after = stored(study);
    const bool over =
        after && (after->state == StudyState::cancelled || after->state == StudyState::finished);
    answered(study, result, "cancel", over);
}

asio::awaitable<void> Schedule::limit(SimulatedDaemon* daemon, std::string study, Limits limits) {
    StudyRunner* runner = daemon->scheduler().find(study);
    ++outstanding_[study];
    const Result<void> result = co_await runner->set_limits(limits);
    const std::optional<Study> after = stored(study);
    answered(study, result, "limits", after && after->config.limits == limits);
}

asio::awaitable<void> Schedule::remove(SimulatedDaemon* daemon, std::string study) {
    ++outstanding_[study];
    const Result<void> result = co_await daemon->scheduler().remove(study);
    answered(study, result, "removal", !stored(study));
}

}  // namespace tuner::simulation
