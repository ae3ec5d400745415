// A StudyRecord is one study in memory and on disk, changed together: storage first, then memory.
//
// Every method that changes something awaits one transaction. When storage refuses what memory
// believes, the world broke: StorageError is thrown, and reload() makes memory equal to the record
// again. Lives on the loop thread; owned by its StudyRunner, which alone calls the methods that
// change it (add_measurements excepted: attempts report at their own pace).

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/executor/executor.h"
#include "tuner/storage/storage_thread.h"
#include "tuner/study/curve_book.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"
#include "tuner/study/tally.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class StudyRecord {
  public:
    StudyRecord(StorageThread& storage, const Clock& clock, Study study, std::vector<Trial> trials);

    const Study& study() const { return study_; }

    const History& history() const { return history_; }

    const Trial& trial(TrialId id) const;

    const Tally& tally() const { return tally_; }

    // The learning curves, for whoever judges running trials by them.
    const CurveBook& curves() const { return curves_; }

    // The trials that became others since the last call, by number and without their curves: what
    // brings an optimizer's own copy of the history up to date. The first call, and the one after a
    // reload, gives all.
    std::vector<Trial> take_changes();

    // Stores a study that was changed by a transition or has other limits.
    boost::asio::awaitable<void> store(Study after);

    // T1: new pending trials, numbered on from the last.
    boost::asio::awaitable<void> add_trials(std::vector<Suggestion> suggestions);

    // Likewise one that its user has brought, perhaps with its result.
    boost::asio::awaitable<void> add(std::vector<Trial> trials);

    // T2: the trial runs, and an attempt of it that has `gpus`, or is `client`'s, is intended in a
    // folder below `studies_dir`.
    boost::asio::awaitable<AttemptRecord> begin_attempt(
        TrialId id,
        std::filesystem::path studies_dir,
        std::vector<std::int64_t> gpus,
        std::string client = ""
    );

    // T3: the attempt's minder is known.
    boost::asio::awaitable<void> set_running(AttemptId attempt, AttemptIdentity identity);

    // T4: what an attempt of trial `id` said.
    boost::asio::awaitable<void> add_measurements(TrialId id, AttemptId attempt, Report report);

    // Likewise, but said to the API: `conflict` when the attempt is over by now.
    boost::asio::awaitable<Result<void>> add_posted(
        TrialId id, AttemptId attempt, Measurement measurement
    );

    // T5: the attempt is over and the trial is `after`.
    boost::asio::awaitable<void> end_attempt(AttemptId attempt, AttemptExit exit, Trial after);

    // T6: the attempt is told to stop.
    boost::asio::awaitable<void> set_stopping(AttemptId attempt);

    // T6 of a trial that is stopped early: the same, and why. False, and no change, when the
    // attempt is stopping already for another reason.
    boost::asio::awaitable<bool> set_pruning(TrialId id, AttemptId attempt, std::string reason);

    // Cancels every trial that waits to be run.
    boost::asio::awaitable<void> cancel_pending_trials();

    // The study's attempts that have not ended, by the record.
    boost::asio::awaitable<std::vector<AttemptRecord>> live_attempts();

    // Memory becomes what the record says.
    boost::asio::awaitable<void> reload();

    // Writes without changing anything: throws when the record cannot be written.
    boost::asio::awaitable<void> probe();

    // The study pauses, or says something, in memory alone, because the record cannot be written.
    void pause_in_memory(std::string why);
    void say_in_memory(std::string message);

  private:
    Trial& mutable_trial(TrialId id);
    void remember(TrialId id, std::vector<Measurement> measurements);
    void replace(Trial after);
    void count_all();
    void slim_ended();

    StorageThread& storage_;
    const Clock& clock_;

    Study study_;
    History history_;
    CurveBook curves_;
    Tally tally_;
    std::set<TrialId> changed_;  // since take_changes()
};

}  // namespace tuner
