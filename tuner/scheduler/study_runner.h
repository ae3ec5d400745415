// A StudyRunner is the coroutine of one study: it drains its inbox, asks next_plan() what to do,
// and does it.
//
// All state of a study changes here, in one place, at the runner's own pace: attempts that end and
// commands of users arrive in the inbox. Storage is told before memory changes and before anybody
// hears of it. When storage breaks, the study pauses with the reason; its trainers live on under
// their shims and are adopted when it is resumed. Everything lives on the loop thread.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/executor/executor.h"
#include "tuner/executor/trainer_launch.h"
#include "tuner/optimizer/optimizer.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/scheduler/inbox.h"
#include "tuner/scheduler/plan.h"
#include "tuner/scheduler/task_group.h"
#include "tuner/scheduler/verdict.h"
#include "tuner/storage/storage_thread.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace tuner {

// What every runner works with; all of it outlives the runners.
struct RunnerContext {
    boost::asio::any_io_executor loop;
    boost::asio::thread_pool& pool;
    StorageThread& storage;
    Executor& executor;
    EventFeed& feed;
    const Clock& clock;
    const MachineEnvironment& machine;
    std::filesystem::path studies_dir;  // attempts live in STUDIES_DIR/STUDY/TRIAL/NUMBER
    std::function<void(std::string)>
        on_replaced;       // another daemon has taken over: end, leave the trainers alone
    bool passive = false;  // look and change records only: start and adopt nothing
};

class StudyRunner {
  public:
    using Act = std::function<boost::asio::awaitable<Result<void>>()>;

    StudyRunner(RunnerContext& context, Study study, std::vector<Trial> trials);

    const Study& study() const { return study_; }

    const History& history() const { return history_; }

    // How many attempts are being minded.
    std::size_t running_attempts() const { return running_.size(); }

    // The study's life, until cancelled: adopts what an earlier daemon left, then plans and acts.
    boost::asio::awaitable<void> run();

    // Makes run() return, for a study that is being forgotten; it must have no attempts.
    boost::asio::awaitable<void> end();

    // The commands of TuningService; each waits for its turn and returns when it is stored.
    boost::asio::awaitable<Result<void>> pause(bool now, StudyReason why);
    boost::asio::awaitable<Result<void>> resume();
    boost::asio::awaitable<Result<void>> cancel();
    boost::asio::awaitable<Result<void>> set_limits(Limits limits);

  private:
    struct Running {
        AttemptRecord record;
        std::unique_ptr<Attempt> attempt;
        StopPurpose purpose = StopPurpose::none;
    };

    struct AttemptEnded {
        TrialId trial;
        AttemptExit exit;
    };

    // The attempt can no longer be minded: its report could not be stored.
    struct MindingFailed {
        TrialId trial;
        std::string message;
    };

    struct BackoffOver {
        TrialId trial;
    };

    struct Command {
        Act act;
        std::shared_ptr<Inbox<Result<void>>> reply;
    };

    using Message = std::variant<AttemptEnded, MindingFailed, BackoffOver, Command>;

    // One turn of the life: act on the plan, or wait for a message and apply it.
    boost::asio::awaitable<void> turn();
    boost::asio::awaitable<void> apply(Message message);
    boost::asio::awaitable<void> apply_end(AttemptEnded message);
    boost::asio::awaitable<void> apply_command(Command command);
    boost::asio::awaitable<void> act(Plan plan);
    boost::asio::awaitable<void> recover();
    boost::asio::awaitable<void> reload();

    boost::asio::awaitable<void> launch(Plan plan);
    boost::asio::awaitable<void> add_suggestions(std::int64_t count);
    boost::asio::awaitable<void> start_trial(TrialId id);
    boost::asio::awaitable<void> end_attempt(
        AttemptRecord record, AttemptExit exit, StopPurpose purpose
    );
    boost::asio::awaitable<void> stop_attempts(StopPurpose purpose);
    boost::asio::awaitable<void> cancel_pending_trials();
    boost::asio::awaitable<void> finish(Plan plan);

    void mind(AttemptRecord record, std::unique_ptr<Attempt> attempt, StopPurpose purpose);
    boost::asio::awaitable<void> mind_attempt(TrialId id, AttemptId attempt);
    boost::asio::awaitable<void> store_report(TrialId id, AttemptId attempt, Report report);
    boost::asio::awaitable<void> wait_backoff(TrialId id, Duration duration);

    boost::asio::awaitable<Result<void>> ask(Act act);
    boost::asio::awaitable<Result<void>> do_pause(bool now, StudyReason why);
    boost::asio::awaitable<Result<void>> do_resume();
    boost::asio::awaitable<Result<void>> do_cancel();
    boost::asio::awaitable<Result<void>> do_set_limits(Limits limits);
    boost::asio::awaitable<Result<void>> store(Study after);

    void stop_working(std::string message);
    Trial& trial(TrialId id);

    RunnerContext& context_;
    std::unique_ptr<const Optimizer> optimizer_;

    Study study_;
    History history_;
    PlanFacts facts_;
    std::map<TrialId, Running> running_;
    Inbox<Message> inbox_;
    bool leaving_ = false;
    Inbox<std::monostate> gone_;
    TaskGroup tasks_;
};

}  // namespace tuner
