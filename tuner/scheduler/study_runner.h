// A StudyRunner is the life of one study: it empties its inbox, asks next_plan(), and acts on it.
//
// A study changes in one place, at the runner's own pace: ended attempts and users' commands arrive
// in the inbox. When storage fails, trainers live on under their shims. What passes (a full disk)
// is waited out; on any other failure the study pauses until it is resumed. Loop thread only.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/executor/executor.h"
#include "tuner/optimizer/optimizer.h"
#include "tuner/scheduler/inbox.h"
#include "tuner/scheduler/outage.h"
#include "tuner/scheduler/plan.h"
#include "tuner/scheduler/runner_context.h"
#include "tuner/scheduler/running_attempts.h"
#include "tuner/scheduler/study_message.h"
#include "tuner/scheduler/study_record.h"
#include "tuner/scheduler/task_group.h"
#include "tuner/study/asked_trial.h"
#include "tuner/study/posted_report.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class StudyRunner {
  public:
    StudyRunner(RunnerContext& context, Study study, std::vector<Trial> trials);

    const Study& study() const { return record_.study(); }

    const History& history() const { return record_.history(); }

    const CurveBook& curves() const { return record_.curves(); }

    // How many attempts are being minded.
    std::size_t running_attempts() const { return attempts_.size(); }

    // The study's life, until cancelled: adopts what an earlier daemon left, then plans and acts.
    boost::asio::awaitable<void> run();

    // Makes run() return, for a study that is being forgotten; it must have no attempts.
    boost::asio::awaitable<void> end();

    // The commands of TuningService; each returns when it is stored.
    boost::asio::awaitable<Result<void>> pause(bool now, StudyReason why);
    boost::asio::awaitable<Result<void>> resume();
    boost::asio::awaitable<Result<void>> cancel();
    boost::asio::awaitable<Result<void>> set_limits(Limits limits);
    boost::asio::awaitable<Result<void>> set_resources(Resources resources);

    // Why a pending trial, or (without one) a further one, does not run now; empty when nothing is.
    std::string waiting(std::optional<TrialId> id) const;

    // Stores what is posted about a running trial; what its trainer shows for it (or nothing).
    boost::asio::awaitable<Result<void>> report(TrialId id, PostedReport report);
    std::string token_of(TrialId id) const;

    // Trials for and from those who evaluate them themselves (asked_trials.cpp).
    boost::asio::awaitable<Result<std::vector<TrialId>>> ask(AskRequest request);
    boost::asio::awaitable<Result<void>> tell(TrialId id, PostedReport report);
    boost::asio::awaitable<Result<void>> stop_trial(TrialId id);
    boost::asio::awaitable<Result<TrialId>> add_trial(BroughtTrial brought);

  private:
    // The life: one turn acts on the plan, or applies a message.
    boost::asio::awaitable<void> turn();
    boost::asio::awaitable<void> apply(StudyMessage message);
    boost::asio::awaitable<void> apply_command(Command command);
    boost::asio::awaitable<void> apply_end(TrialId id, AttemptExit exit);
    boost::asio::awaitable<void> recover();

    // Storage failed (study_outage.cpp).
    void meet(const StorageError& error);
    void stop_working(std::string why);
    void wait_out(std::string why);
    boost::asio::awaitable<void> wait_for_retry(Duration duration);
    boost::asio::awaitable<void> retry();
    void publish_study();

    // What trials take of the machine (study_waiting.cpp).
    Plan plan_with_slots();
    void hold_what_is_taken(std::vector<AttemptRecord> live);

    // Acting on a plan.
    boost::asio::awaitable<void> act(Plan plan);
    boost::asio::awaitable<void> add_suggestions(std::int64_t count);
    boost::asio::awaitable<void> start_trial(TrialId id);
    boost::asio::awaitable<void> refuse_start(AttemptRecord attempt, Error why);
    boost::asio::awaitable<void> wait_for_room(Duration duration);
    boost::asio::awaitable<void> end_attempt(AttemptRecord attempt, AttemptExit exit, StopPurpose);
    boost::asio::awaitable<void> end_study(Study after);
    boost::asio::awaitable<void> wait_backoff(TrialId id, Duration duration);

    // Commands, when their turn has come (study_commands.cpp, asked_trials.cpp).
    boost::asio::awaitable<Result<void>> in_turn(Act act);
    void refuse_commands();
    boost::asio::awaitable<Result<void>> do_pause(bool now, StudyReason why);
    boost::asio::awaitable<Result<void>> do_resume();
    boost::asio::awaitable<Result<void>> do_cancel();
    boost::asio::awaitable<Result<void>> do_set_limits(Limits limits);
    boost::asio::awaitable<Result<void>> do_set_resources(Resources resources);

    boost::asio::awaitable<Result<void>> do_ask(
        AskRequest request, std::shared_ptr<std::vector<TrialId>> found
    );
    boost::asio::awaitable<Result<void>> do_tell(TrialId id, PostedReport report);
    boost::asio::awaitable<Result<void>> do_stop_trial(TrialId id);
    boost::asio::awaitable<Result<void>> do_add_trial(
        BroughtTrial brought, std::shared_ptr<TrialId> added
    );
    boost::asio::awaitable<void> give_out(TrialId id, std::string client);
    boost::asio::awaitable<void> adopt_asked(AttemptRecord attempt, StopPurpose purpose);
    Measurement measurement_of(const Trial& trial, PostedReport report) const;

    // How long clients keep their trials (study_leases.cpp).
    void watch_leases(Duration earliest = Duration(0));
    boost::asio::awaitable<void> wait_lease(Duration due);
    boost::asio::awaitable<void> end_leases(Duration due);
    bool was_taken_back(TrialId id) const;
    boost::asio::awaitable<void> give_back(TrialId id);
    boost::asio::awaitable<Result<void>> do_give_back(TrialId id);

    RunnerContext& context_;
    std::unique_ptr<const Optimizer> optimizer_;
    StudyRecord record_;
    History seen_;  // the optimizer's own copy of the history (add_suggestions)
    PlanFacts facts_;
    std::int64_t refusals_ = 0;  // starts in a row for which there was no room
    bool is_short_ = false;      // more would be started, if more fitted
    bool slots_changed_ = false;
    std::optional<Duration> lease_alarm_;  // boot time of the next
    Inbox<StudyMessage> inbox_;
    RunningAttempts attempts_;
    TaskGroup backoffs_;
    Outage outage_;
    bool retry_is_due_ = false;
    bool leaving_ = false;
    Inbox<std::monostate> gone_;
};

}  // namespace tuner
