// Storage is what survives a crash: studies, trials, attempts, measurements and events in one
// SQLite file.
//
// Each method is one transaction, values in, values out; when it returns, what it did is on disk
// (WAL, synchronous FULL). State changes are compare-and-set: when the row is no longer in the
// state the caller believed, the answer is `conflict` and nothing changed. Every write asserts the
// daemon's epoch: a daemon that was replaced while it slept gets StaleDaemon thrown at its first
// write. What breaks in SQLite itself is thrown as StorageError, which says whether it can pass;
// one that cannot (a failed sync, damage, a replaced file) ends all writing of this process: only
// reading everything again says what is on the disk. storage_thread.h gives it a thread.

#pragma once

#include "tuner/base/id.h"
#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/storage/storage_error.h"
#include "tuner/storage/storage_input.h"
#include "tuner/storage/storage_options.h"
#include "tuner/study/attempt.h"
#include "tuner/study/event.h"
#include "tuner/study/study.h"
#include "tuner/study/thinning.h"
#include "tuner/study/trial.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

class Storage {
  public:
    // Opens or creates the database, migrates its schema and takes the next epoch. `in_memory()` is
    // the test double. Throws StorageError: corrupt, not a database, written by a newer tuner, not
    // writable, on a network file system.
    using Path = std::filesystem::path;
    static Storage open(
        const Path& file, const AttemptIdentity& daemon, TimePoint now, const StorageOptions& = {}
    );
    static Storage in_memory(TimePoint now = {});

    // What in_memory() opened, opened again, perhaps emptied: the next daemon's, with its epoch.
    static Storage in_memory_again(const Storage& earlier, TimePoint now, bool emptied = false);

    Storage(Storage&&) noexcept;
    Storage& operator=(Storage&&) noexcept;
    ~Storage();

    // Calls `tell` once, where the call runs, when a failure is final: every later write throws it.
    void on_broken(std::function<void(const StorageError&)> tell);

    // Writes without changing anything: throws when nothing can be written now.
    void probe();

    // Numbers the study: its id is NAME-n with the first n that was never used for the name.
    Study create_study(NewStudy study, TimePoint now);

    // A study whose id is its name; `conflict` when a job, deleted or not, has ever had this id.
    Result<Study> create_job(NewStudy study, TimePoint now);

    // All studies, oldest first.
    std::vector<Study> studies();

    // One study; `not_found`.
    Result<Study> study(StudyKey key);

    // Stores `after`, limits included, if the study is still in state `before`; else `conflict`.
    Result<void> update_study(const Study& after, StudyState before, TimePoint now);

    // Forgets a study with everything below it; `not_found`; `conflict` with a live attempt.
    Result<void> delete_study(StudyKey key, TimePoint now);

    // Trials

    // All trials of a study by number, each with its last attempt's measurements, thinned if many.
    std::vector<Trial> trials(StudyKey study);

    // Adds new trials; their ids must go on densely from the last one, else `conflict`.
    Result<void> add_trials(StudyKey study, std::span<const Trial> trials, TimePoint now);

    // Stores `after` if the trial is in state `before` without a live attempt; else `conflict`.
    Result<void> update_trial(StudyKey study, const Trial& after, TrialState before, TimePoint now);

    // Attempts

    // T2: the trial leaves pending (`started` is as after Trial::start) and an attempt with `gpus`
    // exists as an intent, in `parent`/TRIAL/NUMBER. `conflict` when it is not pending.
    using Gpus = std::vector<std::int64_t>;
    Result<AttemptRecord> begin_attempt(
        StudyKey study, const Trial& started, const Path& parent, TimePoint now, Gpus gpus = {}
    );

    // T3: intent -> running with the shim's identity. `conflict` when it is not in state intent.
    Result<void> set_running(AttemptId attempt, const AttemptIdentity& identity, TimePoint now);

    // T4: measurements and how far the metric file was read, in one commit; answers what was new.
    // An offset not beyond the stored one changes nothing; without one (they are from the API) they
    // are added anyway. A metric with a step and value of before is kept once. `conflict` if ended.
    Result<std::vector<Measurement>> add_measurements(
        AttemptId attempt,
        std::span<const Measurement> measurements,
        std::optional<std::int64_t> offset,
        TimePoint now
    );

    // T5: the attempt ends and the trial becomes end.trial, in one commit; `conflict`.
    Result<void> end_attempt(const AttemptEnd& end, TimePoint now);

    // T6: running -> stopping. No change when it is stopping already; `conflict` when it has ended.
    Result<void> set_stopping(AttemptId attempt, TimePoint now);

    // T6 of a trial that is stopped early, and why; false when it is stopping for another reason.
    Result<bool> set_pruning(AttemptId attempt, std::string_view reason, TimePoint now);

    // Every attempt that has not ended, oldest first: what a new daemon has to see to.
    std::vector<AttemptRecord> live_attempts();

    // All attempts of a trial, oldest first.
    std::vector<AttemptRecord> attempts(StudyKey study, TrialId trial);

    // How many measurements a trial's last attempt reported, and, up to `most`, all, as they came.
    MeasurementExtract measurements(StudyKey study, TrialId trial, std::int64_t most);

    // Events

    // At most `limit` recorded events after `id`, of one study or (empty) of all, in order.
    std::vector<Event> events_after(std::int64_t id, std::string_view study, std::size_t limit);

    // The id of the newest event, 0 when there is none.
    std::int64_t last_event();

    // The events committed since the last call: what is to be announced now.
    std::vector<Event> take_events();

  private:
    class Impl;
    explicit Storage(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace tuner
