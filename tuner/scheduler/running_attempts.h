// RunningAttempts are the attempts of one study that are alive: each has a coroutine that minds it.
//
// A minding coroutine stores what its attempt says, has the study's Pruner judge the trial by it,
// and hands its end to the study's runner; it decides nothing else. When a report cannot be stored
// it gives up with what was thrown, and the trainer lives on under its shim. An attempt of whoever
// asked for its trial has no trainer and is minded by nobody. Loop thread only.

#pragma once

#include "tuner/executor/executor.h"
#include "tuner/optimizer/pruner.h"
#include "tuner/scheduler/lease.h"
#include "tuner/scheduler/study_record.h"
#include "tuner/scheduler/task_group.h"
#include "tuner/scheduler/verdict.h"

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tuner {

class RunningAttempts {
  public:
    using Ended = std::function<void(TrialId, AttemptExit)>;
    using Abandoned = std::function<void(TrialId, std::exception_ptr)>;

    // `ended` and `abandoned` are called on the loop, once for each attempt that was added; the
    // owner then remove()s it. Without a pruner no trial is stopped early.
    RunningAttempts(
        boost::asio::any_io_executor loop,
        StudyRecord& record,
        std::unique_ptr<const Pruner> pruner,
        Ended ended,
        Abandoned abandoned
    );

    // Lets the trainer go (or, if adopted, on) and minds it.
    void add(AttemptRecord record, std::unique_ptr<Attempt> attempt, StopPurpose purpose);

    // An attempt of whoever asked for its trial at `now`: it ends when that is told, or at once
    // when it must.
    void add_asked(AttemptRecord record, StopPurpose purpose, Duration now);

    // How long its client may keep it.
    Lease& lease(TrialId id) { return running_.at(id).lease; }

    // Forgets an attempt that is over.
    void remove(TrialId id) { running_.erase(id); }

    bool contains(TrialId id) const { return running_.contains(id); }

    std::size_t size() const { return running_.size(); }

    const AttemptRecord& record(TrialId id) const { return running_.at(id).record; }

    StopPurpose purpose(TrialId id) const { return running_.at(id).purpose; }

    // The running trials, by number.
    std::vector<TrialId> ids() const;

    // Has the Pruner judge a live attempt by what is on record.
    boost::asio::awaitable<void> judge(TrialId id);

    // Stops one early. No change when it is told to stop already.
    boost::asio::awaitable<void> prune(TrialId id, std::string reason);

    // Tells every attempt to stop, on record first. One that is being pruned is not queued again.
    boost::asio::awaitable<void> stop_all(StopPurpose purpose);

    // Releases every trainer: none is stopped. Returns when the minding coroutines are gone.
    boost::asio::awaitable<void> release_all();

  private:
    struct Running {
        AttemptRecord record;
        std::unique_ptr<Attempt> attempt;  // null: of whoever asked for the trial
        StopPurpose purpose = StopPurpose::none;
        bool is_over = false;  // one without a trainer: its end is on its way
        Lease lease = {};      // likewise
    };

    void stop(TrialId id);
    boost::asio::awaitable<void> mind(TrialId id, AttemptId attempt);
    boost::asio::awaitable<void> take_report(TrialId id, AttemptId attempt, Report report);

    StudyRecord& record_;
    std::unique_ptr<const Pruner> pruner_;
    Ended ended_;
    Abandoned abandoned_;
    std::map<TrialId, Running> running_;
    TaskGroup tasks_;
};

}  // namespace tuner
