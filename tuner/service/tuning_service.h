// The TuningService is the product's table of contents: the things it can do, whoever asks.
//
// It parses nothing of HTTP and prints nothing; api/ and app/ do. Everything lives on the loop
// thread. A StudyView refers to the live study: it is good until the caller next awaits.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/service/retraining.h"
#include "tuner/service/study_request.h"
#include "tuner/study/asked_trial.h"
#include "tuner/study/attempt.h"
#include "tuner/study/curve_book.h"
#include "tuner/study/history.h"
#include "tuner/study/posted_report.h"
#include "tuner/study/study.h"
#include "tuner/study/thinning.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class PythonPackages;
class Scheduler;
class StorageThread;
class StudyRunner;

struct StudyView {
    std::reference_wrapper<const Study> study;
    std::reference_wrapper<const History> history;
    const CurveBook* curves = nullptr;  // null where nobody keeps them
};

// So many measurements of a trial are read for one question.
inline constexpr std::int64_t kMaxShownMeasurements = 10'000;

enum class LogStream { out, err };

class TuningService {
  public:
    TuningService(
        Scheduler& scheduler, StorageThread& storage, EventFeed& feed, const Clock& clock
    );

    // `invalid_argument` with every problem of the document (lines with carets) or its packages;
    // `conflict` with what changed when it no longer asks the question of its study.
    boost::asio::awaitable<Result<RunAnswer>> run_file(RunRequest request);

    // A study of a legacy Job, whose id it has; `conflict` when there ever was a job of this id.
    boost::asio::awaitable<Result<RunAnswer>> create_job(JobRequest request);

    // A new plain run of a study's trainer with the parameters of one of its trials.
    boost::asio::awaitable<Result<RunAnswer>> retrain(std::string id, RetrainRequest request);

    // Every study, oldest first.
    std::vector<StudyView> studies() const;

    // The study of an id, the newest of a name or of a YAML file's path, or of "" (of all);
    // `not_found` lists what there is.
    Result<StudyView> find(const std::string& reference) const;

    // Why a pending trial does not run now or, without one, why its study starts no more of them.
    std::string waiting(const std::string& id, std::optional<TrialId> trial = std::nullopt) const;

    // No new trials; running ones end by themselves or, with `now`, are stopped and queued again.
    // `why` is `user` or `interrupted`. Returns when that is stored; trials may take longer.
    boost::asio::awaitable<Result<void>> pause(std::string id, bool now, StudyReason why);

    // Goes on with a paused study, or a finished one that has trials left.
    boost::asio::awaitable<Result<void>> resume(std::string id);

    // Ends a study for good: running trainers are stopped, their trials cancelled.
    boost::asio::awaitable<Result<void>> cancel(std::string id);

    // Changes limits of a study that is not cancelled.
    boost::asio::awaitable<Result<void>> set_limits(std::string id, Limits limits);

    // Forgets a study and its files' records; `conflict` while trials are running.
    boost::asio::awaitable<Result<void>> remove(std::string id);

    // Whether it is a running trial's own; nothing while a new daemon is to take that over.
    using Token = std::string;
    std::optional<bool> is_trial_token(const std::string& id, TrialId trial, const Token&) const;

    // Stores what a running trial is said to have measured; answers whether its trainer should
    // stop. `conflict` when it does not run.
    boost::asio::awaitable<Result<bool>> report(std::string id, TrialId trial, PostedReport report);

    // Trials for a client to evaluate: its running ones first, then pending ones, then new ones;
    // fewer when the study has no more. `conflict` unless it is running and has no trainer.
    boost::asio::awaitable<Result<std::vector<TrialId>>> ask(std::string id, AskRequest request);

    // Ends a running trial that was asked for with what is told, or (nothing) with what it has
    // measured; scheduler/told.h. `conflict` when it does not run or has a trainer.
    boost::asio::awaitable<Result<void>> tell(std::string id, TrialId trial, PostedReport report);

    // A trial of the user's own. `invalid_argument` when its parameters do not fit.
    boost::asio::awaitable<Result<TrialId>> add_trial(std::string id, BroughtTrial brought);

    // Stops a running trial early; its client is told by the answer to its next report.
    boost::asio::awaitable<Result<void>> stop_trial(std::string id, TrialId trial);

    // The attempts of a trial, oldest first; `not_found`.
    boost::asio::awaitable<Result<std::vector<AttemptRecord>>> attempts(
        std::string id, TrialId trial
    );

    // How much a trial's last attempt has measured, and up to kMaxShownMeasurements all of it as it
    // came; of more, what is held in memory (study/thinning.h). `not_found`.
    boost::asio::awaitable<Result<MeasurementExtract>> measurements(std::string id, TrialId trial);

    // Recorded events after `id`, of one study or (empty) of all.
    boost::asio::awaitable<std::vector<Event>> events_after(
        std::int64_t id, std::string study, std::size_t limit
    );

    // Events from now on, of one study or (empty) of all.
    std::unique_ptr<EventSubscription> subscribe(std::string study);

    const Clock& clock() const { return clock_; }

  private:
    StudyRunner* present_study(const RunRequest& request, const StudyConfig& config) const;
    boost::asio::awaitable<Result<RunAnswer>> create(ReadStudy read, PythonPackages packages);
    boost::asio::awaitable<Result<PythonPackages>> packages_of(TrainerSpec trainer);
    Result<std::reference_wrapper<StudyRunner>> runner(const std::string& id) const;
    Result<StudyView> find_trial(const std::string& id, TrialId trial) const;
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
