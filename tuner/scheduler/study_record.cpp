#include "tuner/scheduler/study_record.h"

#include "tuner/base/contract.h"
#include "tuner/base/failpoint.h"
#include "tuner/study/thinning.h"

#include <utility>

namespace tuner {

namespace asio = boost::asio;

namespace {

// A change that the record refuses means that memory and record differ: the world broke under us.
void must(const Result<void>& stored) {
    if (!stored) {
        throw StorageError("the database contradicts this daemon: " + stored.error().message);
    }
}

template <class T>
T must(Result<T> stored) {
    must(stored.map([](const T&) {}));
    return std::move(*stored);
}

}  // namespace

StudyRecord::StudyRecord(
    StorageThread& storage, const Clock& clock, Study study, std::vector<Trial> trials
)
    : storage_(storage),
      clock_(clock),
      study_(std::move(study)),
      history_{study_.config, std::move(trials)},
      curves_(history_) {
    count_all();
}

void StudyRecord::count_all() {
    slim_ended();
    tally_ = Tally(history_.trials);
    for (const Trial& trial : history_.trials) {
        changed_.insert(changed_.end(), trial.id);
    }
}

// A trial that has ended is judged: of its curve, only what is shown in lists matters here.
void StudyRecord::slim_ended() {
    for (Trial& trial : history_.trials) {
        if (is_final(trial.state)) {
            thin_out_ended(trial.measurements, study_.config.objectives, history_.trials.size());
        }
    }
}

const Trial& StudyRecord::trial(TrialId id) const {
    const auto index = static_cast<std::size_t>(id.value()) - 1;
    expects(index < history_.trials.size(), "trials are dense from 1");
    return history_.trials[index];
}

Trial& StudyRecord::mutable_trial(TrialId id) {
    return const_cast<Trial&>(trial(id));  // NOLINT: *this is not const
}

// For changes of state: what a running trial measures meanwhile is no business of the tally.
void StudyRecord::replace(Trial after) {
    Trial& present = mutable_trial(after.id);
    tally_.change(present, after);
    changed_.insert(after.id);
    curves_.follow(after);
    present = std::move(after);
    if (is_final(present.state)) {
        thin_out_ended(present.measurements, study_.config.objectives, history_.trials.size());
    }
}

std::vector<Trial> StudyRecord::take_changes() {
    std::vector<Trial> changes;
    changes.reserve(changed_.size());
    for (const TrialId id : std::exchange(changed_, {})) {
        const Trial& present = trial(id);
        Trial& slim = changes.emplace_back();
        slim.id = present.id;
        slim.assignment = present.assignment;
        slim.provenance = present.provenance;
        slim.state = present.state;
        slim.outcome = present.outcome;
        slim.failure = present.failure;
        slim.forecast = present.forecast;
    }
    return changes;
}

asio::awaitable<void> StudyRecord::store(Study after) {
    auto update = [after, before = study_.state, now = clock_.now()](Storage& s) {
        return s.update_study(after, before, now);
    };
    must(co_await storage_(std::move(update)));
    study_ = std::move(after);
    history_.config = study_.config;
}

asio::awaitable<void> StudyRecord::add_trials(std::vector<Suggestion> suggestions) {
    const TimePoint now = clock_.now();
    std::vector<Trial> added;
    for (Suggestion& suggestion : suggestions) {
        const TrialId id(static_cast<std::int64_t>(history_.trials.size() + added.size()) + 1);
        added.push_back(Trial::create(id, std::move(suggestion), now));
    }
    co_await add(std::move(added));
}

asio::awaitable<void> StudyRecord::add(std::vector<Trial> trials) {
    auto add = [key = study_.key, trials, now = clock_.now()](Storage& s) {
        return s.add_trials(key, trials, now);
    };
    must(co_await storage_(std::move(add)));
    failpoint("daemon.trials_created");
    for (Trial& trial : trials) {
        tally_.add(trial);
        changed_.insert(trial.id);
        curves_.follow(trial);
        history_.trials.push_back(std::move(trial));
    }
}

asio::awaitable<AttemptRecord> StudyRecord::begin_attempt(
    TrialId id,
    std::filesystem::path studies_dir,
    std::vector<std::int64_t> gpus,
    std::string client
) {
    const TimePoint now = clock_.now();
    Trial started = trial(id);
    started.client = std::move(client);
    must(started.start(now));
    auto begin = [key = study_.key, started, dir = studies_dir / study_.id, now, gpus](Storage& s) {
        return s.begin_attempt(key, started, dir, now, gpus);
    };
    Result<AttemptRecord> record = co_await storage_(std::move(begin));
    AttemptRecord begun = must(std::move(record));
    failpoint("daemon.intent_recorded");
    replace(std::move(started));
    co_return begun;
}

asio::awaitable<void> StudyRecord::set_running(AttemptId attempt, AttemptIdentity identity) {
    auto set = [attempt, identity = std::move(identity), now = clock_.now()](Storage& s) {
        return s.set_running(attempt, identity, now);
    };
    must(co_await storage_(std::move(set)));
    failpoint("daemon.identity_recorded");
}

asio::awaitable<void> StudyRecord::add_measurements(TrialId id, AttemptId attempt, Report report) {
    auto add = [attempt, report = std::move(report), now = clock_.now()](Storage& s) {
        return s.add_measurements(attempt, report.measurements, report.metrics_offset, now);
    };
    Result<std::vector<Measurement>> stored = co_await storage_(std::move(add));
    failpoint("daemon.measurements_recorded");
    remember(id, must(std::move(stored)));
}

// What the record left out as repeated, memory leaves out too.
void StudyRecord::remember(TrialId id, std::vector<Measurement> measurements) {
    for (Measurement& measurement : measurements) {
        curves_.add(id, measurement);
        must(mutable_trial(id).record(std::move(measurement)));
        thin_out_if_long(mutable_trial(id).measurements, study_.config.objectives);
    }
}

asio::awaitable<Result<void>> StudyRecord::add_posted(
    TrialId id, AttemptId attempt, Measurement measurement
) {
    std::vector<Measurement> said{std::move(measurement)};
    auto add = [attempt, said = std::move(said), now = clock_.now()](Storage& s) {
        return s.add_measurements(attempt, said, std::nullopt, now);
    };
    Result<std::vector<Measurement>> stored = co_await storage_(std::move(add));
    if (!stored) {
        co_return tl::unexpected(stored.error());
    }
    remember(id, std::move(*stored));
    co_return Result<void>{};
}

asio::awaitable<void> StudyRecord::end_attempt(AttemptId attempt, AttemptExit exit, Trial after) {
    auto end_it = [end = AttemptEnd{attempt, std::move(exit), after},
                   now = clock_.now()](Storage& s) { return s.end_attempt(end, now); };
    failpoint("daemon.end_decided");
    must(co_await storage_(std::move(end_it)));
    failpoint("daemon.end_recorded");
    replace(std::move(after));
}

asio::awaitable<void> StudyRecord::set_stopping(AttemptId attempt) {
    auto set = [attempt, now = clock_.now()](Storage& s) { return s.set_stopping(attempt, now); };
    must(co_await storage_(std::move(set)));
    failpoint("daemon.stop_recorded");
}

asio::awaitable<bool> StudyRecord::set_pruning(TrialId id, AttemptId attempt, std::string reason) {
    auto set = [attempt, reason, now = clock_.now()](Storage& s) {
        return s.set_pruning(attempt, reason, now);
    };
    Result<bool> stored = co_await storage_(std::move(set));
    const bool is_pruning = must(std::move(stored));
    if (is_pruning) {
        mutable_trial(id).prune_reason = std::move(reason);
    }
    co_return is_pruning;
}

asio::awaitable<void> StudyRecord::cancel_pending_trials() {
    const std::set<TrialId> pending = tally_.pending();
    for (const TrialId id : pending) {
        const TimePoint now = clock_.now();
        Trial after = trial(id);
        must(after.cancel(now));
        auto update = [key = study_.key, after, now](Storage& s) {
            return s.update_trial(key, after, TrialState::pending, now);
        };
        must(co_await storage_(std::move(update)));
        failpoint("daemon.pending_trial_cancelled");
        replace(std::move(after));
    }
}

asio::awaitable<std::vector<AttemptRecord>> StudyRecord::live_attempts() {
    auto read = [](Storage& s) { return s.live_attempts(); };
    std::vector<AttemptRecord> live = co_await storage_(std::move(read));
    std::erase_if(live, [&](const AttemptRecord& record) { return record.study != study_.key; });
    co_return live;
}

asio::awaitable<void> StudyRecord::reload() {
    auto read_study = [key = study_.key](Storage& s) { return s.study(key); };
    Result<Study> study = co_await storage_(std::move(read_study));
    auto read_trials = [key = study_.key](Storage& s) { return s.trials(key); };
    std::vector<Trial> trials = co_await storage_(std::move(read_trials));
    study_ = must(std::move(study));
    history_ = History{study_.config, std::move(trials)};
    curves_ = CurveBook(history_);
    count_all();
}

asio::awaitable<void> StudyRecord::probe() {
    auto write = [](Storage& s) { s.probe(); };
    co_await storage_(std::move(write));
}

void StudyRecord::say_in_memory(std::string message) {
    study_.message = std::move(message);
}

void StudyRecord::pause_in_memory(std::string why) {
    must(study_.pause(StudyReason::error, std::move(why)));
}

}  // namespace tuner
