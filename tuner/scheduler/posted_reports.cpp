// What a StudyRunner does with what is posted about one of its running trials.

#include "tuner/base/log.h"
#include "tuner/scheduler/study_runner.h"
#include "tuner/scheduler/told.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

std::int64_t last_step(const Trial& trial) {
    std::int64_t last = 0;
    for (const Measurement& measurement : trial.measurements) {
        last = std::max(last, measurement.step);
    }
    return last;
}

}  // namespace

// Not through the inbox: trainers report at their own pace, and storage refuses what comes too
// late.
asio::awaitable<Result<void>> StudyRunner::report(TrialId id, PostedReport report) {
    if (was_taken_back(id)) {
        Result<void> done = co_await in_turn([this, id] { return do_give_back(id); });
        if (!done) {
            co_return done;
        }
    }
    if (!attempts_.contains(id)) {
        co_return fail(
            ErrorCode::conflict,
            fmt::format("trial {} of study {} does not run now", id.value(), study().id)
        );
    }
    if (!report.reason.empty()) {
        log::info(
            "trial_infeasible",
            fmt::format(
                "study={} trial={} why={}", study().id, id.value(), log::quoted(report.reason)
            )
        );
    }
    attempts_.lease(id).heard = context_.clock.uptime();
    const AttemptId attempt = attempts_.record(id).id;
    Measurement said = measurement_of(record_.trial(id), std::move(report));
    Result<void> added = co_await record_.add_posted(id, attempt, std::move(said));
    if (added && attempts_.contains(id)) {
        co_await attempts_.judge(id);
    }
    co_return added;
}

Measurement StudyRunner::measurement_of(const Trial& trial, PostedReport report) const {
    Measurement said;
    said.step = report.step.value_or(last_step(trial));
    said.metrics = metrics_of(std::move(report), study().config.objective());
    return said;
}

std::string StudyRunner::token_of(TrialId id) const {
    return attempts_.contains(id) ? trial_token(attempts_.record(id)) : std::string();
}

}  // namespace tuner
