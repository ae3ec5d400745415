// The TuningService is the product's table of contents: the things it can do, whoever asks.
//
// It parses nothing of HTTP and prints nothing; api/ and app/ do. Everything lives on the loop
// thread. A StudyView refers to the live study: it is good until the caller next awaits.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/study/attempt.h"
#include "tuner/study/curve_book.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

struct NewStudy;
class Scheduler;
class StorageThread;
class StudyRunner;

struct StudyView {
    std::reference_wrapper<const Study> study;
    std::reference_wrapper<const History> history;
    const CurveBook* curves = nullptr;  // null where nobody keeps them
};

// `tuner run FILE`: create the study of a file, or go on with it. A plain run that has ended is run
// again, as a new study.
struct RunRequest {
    std::string file;  // absolute path of the YAML file, read here
    std::vector<std::string>
        args;  // appended to the trainer's arguments; they are the command if there is none
    std::optional<std::string> name;
    std::optional<std::int64_t> max_trials;
    std::optional<std::int64_t> max_parallel_trials;
    std::optional<std::uint64_t> seed;
    bool force_new = false;
};

// `tuner jobs submit training`: a document instead of a file.
struct JobRequest {
    std::string document;     // a legacy Job with its jobId, JSON or YAML
    std::string working_dir;  // absolute: where relative programs and packages are looked up
};

enum class RunOutcome {
    created,    // a new study
    continued,  // an unfinished one goes on, or a finished one whose limits were raised
    unchanged,  // it is running already, or has nothing left to do
};

struct RunAnswer {
    std::string id;
    RunOutcome outcome = RunOutcome::created;
    std::vector<std::string> notices;  // what the user should know about the file: one line each
};

enum class LogStream { out, err };

class TuningService {
  public:
    TuningService(
        Scheduler& scheduler, StorageThread& storage, EventFeed& feed, const Clock& clock
    );

    // `invalid_argument` with every problem of the file (lines with carets); `conflict` with what
    // changed when the file no longer asks the question of its study.
    boost::asio::awaitable<Result<RunAnswer>> run_file(RunRequest request);

    // A study of a legacy Job, whose id it has; `invalid_argument` with every problem of the
    // document, `conflict` when there ever was a job of this id.
    boost::asio::awaitable<Result<RunAnswer>> create_job(JobRequest request);

    // Every study, oldest first.
    std::vector<StudyView> studies() const;

    // The study of an id, of a name (the newest of that name), of a YAML file's path (the newest of
    // that file), or of "" (the newest of all); `not_found` lists what there is.
    Result<StudyView> find(const std::string& reference) const;

    // No new trials; running ones end by themselves or, with `now`, are stopped and queued again.
    // `why` is `user` or `interrupted`. Returns when the state is stored; running trials may take
    // longer.
    boost::asio::awaitable<Result<void>> pause(std::string id, bool now, StudyReason why);

    // Goes on with a paused study, or a finished one that has trials left.
    boost::asio::awaitable<Result<void>> resume(std::string id);

    // Ends a study for good: running trainers are stopped, their trials cancelled.
    boost::asio::awaitable<Result<void>> cancel(std::string id);

    // Changes limits of a study that is not cancelled.
    boost::asio::awaitable<Result<void>> set_limits(std::string id, Limits limits);

    // Forgets a study and its files' records; `conflict` while trials are running.
    boost::asio::awaitable<Result<void>> remove(std::string id);

    // The attempts of a trial, oldest first; `not_found`.
    boost::asio::awaitable<Result<std::vector<AttemptRecord>>> attempts(
        std::string id, TrialId trial
    );

    // Recorded events after `id`, of one study or (empty) of all.
    boost::asio::awaitable<std::vector<Event>> events_after(
        std::int64_t id, std::string study, std::size_t limit
    );

    // Events from now on, of one study or (empty) of all.
    std::unique_ptr<EventSubscription> subscribe(std::string study);

    const Clock& clock() const { return clock_; }

  private:
    StudyRunner* newest_of_file(const std::string& file, const std::string& name) const;
    Result<std::reference_wrapper<StudyRunner>> runner(const std::string& id) const;
    boost::asio::awaitable<Result<RunOutcome>> go_on(StudyRunner& runner, StudyConfig config);
    Result<void> begin_where_the_earlier_one_ended(NewStudy& study) const;

    Scheduler& scheduler_;
    StorageThread& storage_;
    EventFeed& feed_;
    const Clock& clock_;
};

// Where an attempt's output lies.
std::filesystem::path log_path(const AttemptRecord& attempt, LogStream stream);

}  // namespace tuner
