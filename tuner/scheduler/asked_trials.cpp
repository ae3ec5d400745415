// Trials that nobody is started for: a client asks for them, evaluates them itself, and tells how
// they went. Each command in its turn, so that no two clients get the same trial.

#include "tuner/scheduler/recovery.h"
#include "tuner/scheduler/study_runner.h"
#include "tuner/scheduler/told.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

Result<void> check_asked(const Study& study) {
    if (!study.config.is_asked()) {
        return fail(
            ErrorCode::conflict,
            fmt::format("study {} has a trainer, which tuner runs: nobody is asked", study.id)
        );
    }
    if (study.state != StudyState::running) {
        return fail(
            ErrorCode::conflict,
            fmt::format("study {} is {}", study.id, name_of(study.state)) +
                (study.message.empty() ? "" : ": " + study.message)
        );
    }
    return {};
}

tl::unexpected<Error> not_running(const Study& study, const Trial& trial) {
    return fail(
        ErrorCode::conflict,
        fmt::format(
            "trial {} of study {} is {}, not running",
            trial.id.value(),
            study.id,
            name_of(trial.state)
        )
    );
}

}  // namespace

asio::awaitable<Result<std::vector<TrialId>>> StudyRunner::ask(AskRequest request) {
    auto found = std::make_shared<std::vector<TrialId>>();
    Act act = [this, request = std::move(request), found] { return do_ask(request, found); };
    Result<void> done = co_await in_turn(std::move(act));
    if (!done) {
        co_return tl::unexpected(done.error());
    }
    co_return std::move(*found);
}

asio::awaitable<Result<void>> StudyRunner::tell(TrialId id, PostedReport report) {
    return in_turn([this, id, report = std::move(report)] { return do_tell(id, report); });
}

asio::awaitable<Result<void>> StudyRunner::stop_trial(TrialId id) {
    return in_turn([this, id] { return do_stop_trial(id); });
}

asio::awaitable<Result<TrialId>> StudyRunner::add_trial(BroughtTrial brought) {
    auto added = std::make_shared<TrialId>();
    Act act = [this, brought = std::move(brought), added] { return do_add_trial(brought, added); };
    Result<void> done = co_await in_turn(std::move(act));
    if (!done) {
        co_return tl::unexpected(done.error());
    }
    co_return *added;
}

// Its own unfinished trials, then such as wait for anybody, then new ones.
asio::awaitable<Result<void>> StudyRunner::do_ask(
    AskRequest request, std::shared_ptr<std::vector<TrialId>> found
) {
    if (Result<void> can = check_asked(study()); !can) {
        co_return can;
    }
    const auto wanted = static_cast<std::size_t>(request.count);
    for (const TrialId id : attempts_.ids()) {
        const bool is_its_own = record_.trial(id).client == request.client &&
                                attempts_.purpose(id) == StopPurpose::none;
        if (is_its_own && found->size() < wanted) {
            attempts_.lease(id).heard = context_.clock.uptime();
            found->push_back(id);
        }
    }
    std::vector<TrialId> given(record_.tally().pending().begin(), record_.tally().pending().end());
    given.resize(std::min(given.size(), wanted - found->size()));
    const auto total = static_cast<std::int64_t>(record_.history().trials.size());
    const std::int64_t missing = std::min<std::int64_t>(
        request.count - static_cast<std::int64_t>(found->size() + given.size()),
        study().config.limits.max_trials - total
    );
    if (missing > 0) {
        co_await add_suggestions(missing);
    }
    for (std::size_t i = static_cast<std::size_t>(total); i < record_.history().trials.size();
         ++i) {
        given.push_back(record_.history().trials[i].id);
    }
    for (const TrialId id : given) {
        co_await give_out(id, request.client);
        found->push_back(id);
    }
    watch_leases();
    co_return Result<void>{};
}

asio::awaitable<void> StudyRunner::give_out(TrialId id, std::string client) {
    AttemptRecord attempt =
        co_await record_.begin_attempt(id, context_.studies_dir, {}, std::move(client));
    co_await adopt_asked(std::move(attempt), StopPurpose::none);
}

// Also what was being given out when an earlier daemon ended: its client will ask again.
asio::awaitable<void> StudyRunner::adopt_asked(AttemptRecord attempt, StopPurpose purpose) {
    if (attempt.state == AttemptState::intent) {
        AttemptIdentity nobody;
        co_await record_.set_running(attempt.id, std::move(nobody));
        attempt.state = AttemptState::running;
    }
    attempts_.add_asked(std::move(attempt), purpose, context_.clock.uptime());
}

asio::awaitable<Result<void>> StudyRunner::do_tell(TrialId id, PostedReport report) {
    if (!study().config.is_asked()) {
        co_return check_asked(study());
    }
    const bool is_late = was_taken_back(id);
    if (!attempts_.contains(id) && !is_late) {
        if (was_told(record_.trial(id), report, study().config.objective())) {
            co_return Result<void>{};
        }
        co_return not_running(study(), record_.trial(id));
    }
    const bool measures = report.objective || !report.metrics.empty();
    const std::string reason = report.reason;
    std::optional<Measurement> last;
    if (measures) {
        last = measurement_of(record_.trial(id), std::move(report));
    }
    auto conclude = [&] {
        return conclude_told(record_.trial(id), last, reason, study().config, context_.clock.now());
    };
    Result<Trial> after = conclude();
    if (after && is_late) {  // nothing wrong with what it says: its trial is its own again
        co_await give_back(id);
        after = conclude();
    }
    if (!after) {
        co_return tl::unexpected(after.error());
    }
    const AttemptId attempt = attempts_.record(id).id;
    if (last) {
        Result<void> added = co_await record_.add_posted(id, attempt, std::move(*last));
        if (!added) {
            co_return added;
        }
    }
    after->measurements = record_.trial(id).measurements;
    if (after->state == TrialState::pruned) {
        after->forecast = forecast_end(record_.curves(), id);
    }
    AttemptExit exit;
    exit.kind = ExitKind::exited;
    co_await record_.end_attempt(attempt, std::move(exit), std::move(*after));
    attempts_.remove(id);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_stop_trial(TrialId id) {
    if (!attempts_.contains(id)) {
        co_return not_running(study(), record_.trial(id));
    }
    co_await attempts_.prune(id, "stopped by its user");
    co_return Result<void>{};
}

asio::awaitable<Result<void>> StudyRunner::do_add_trial(
    BroughtTrial brought, std::shared_ptr<TrialId> added
) {
    if (is_over(study())) {
        co_return check_asked(study());
    }
    if (Result<void> fits = study().config.space.check(brought.assignment); !fits) {
        co_return tl::unexpected(fits.error());
    }
    const auto total = static_cast<std::int64_t>(record_.history().trials.size());
    if (total >= kMaxTrials) {
        co_return fail(
            ErrorCode::conflict, fmt::format("a study has at most {} trials", kMaxTrials)
        );
    }
    Trial trial = Trial::create(
        TrialId(total + 1), {std::move(brought.assignment), {}}, context_.clock.now()
    );
    if (brought.result) {
        const std::string reason = brought.result->reason;
        const Measurement result = measurement_of(trial, std::move(*brought.result));
        Result<Trial> ended =
            conclude_told(trial, result, reason, study().config, context_.clock.now());
        if (!ended) {
            co_return tl::unexpected(ended.error());
        }
        trial = std::move(*ended);
    }
    *added = trial.id;
    std::vector<Trial> trials{std::move(trial)};
    co_await record_.add(std::move(trials));
    co_return Result<void>{};
}

}  // namespace tuner
