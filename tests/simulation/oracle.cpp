#include "tests/simulation/oracle.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tuner::simulation {

namespace {

constexpr std::size_t kAllEvents = 100'000;

std::string name(const AttemptRecord& attempt) {
    return fmt::format("attempt {} ({})", attempt.id.value(), attempt.dir);
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same(const Measurement& a, const Measurement& b) {
    return a.step == b.step && std::equal(
                                   a.metrics.begin(),
                                   a.metrics.end(),
                                   b.metrics.begin(),
                                   b.metrics.end(),
                                   [](const Metric& x, const Metric& y) {
                                       return x.name == y.name && same(x.value, y.value);
                                   }
                               );
}

// What storage makes of a file in which a line may stand twice.
std::vector<Measurement> without_repetitions(const std::vector<Measurement>& all, std::size_t end) {
    std::vector<Measurement> kept;
    for (std::size_t i = 0; i < end; ++i) {
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const Measurement& earlier) {
            return same(earlier, all[i]);
        });
        if (!known) {
            kept.push_back(all[i]);
        }
    }
    return kept;
}

bool same_trial(Trial a, Trial b) {
    const bool measured = std::equal(
        a.measurements.begin(),
        a.measurements.end(),
        b.measurements.begin(),
        b.measurements.end(),
        [](const Measurement& x, const Measurement& y) { return same(x, y); }
    );
    a.measurements.clear();
    b.measurements.clear();
    return measured && a == b;
}

bool is_free(const AttemptExit& exit) {
    return exit.kind == ExitKind::never_started || exit.kind == ExitKind::stopped;
}

}  // namespace

void Oracle::allow(const std::string& study, const Limits& limits) {
    Allowed& allowed = allowed_[study];
    allowed.trials = std::max(allowed.trials, limits.max_trials);
    allowed.retries = std::max(allowed.retries, limits.max_retries);
    allowed.silence_ends |= limits.stall_timeout.has_value();
    allowed.time_ends |= limits.timeout.has_value();
}

void Oracle::check_begin(const Process& process, SimulatedDaemon& daemon) {
    if (!begun_.insert(process.uuid).second || process.let_go) {
        diary_.violate("begun twice: " + process.dir);
    }
    std::int64_t alive = 0;
    for (const auto& [dir, other] : world_.processes()) {
        if (other.get() == &process || !other->is_alive()) {
            continue;
        }
        if (other->trial == process.trial) {
            diary_.violate(fmt::format("{} begins while {} lives", process.dir, dir));
        }
        alive += other->study == process.study && other->lock_held ? 1 : 0;
    }
    const StudyRunner* runner = daemon.scheduler().find(process.study);
    if (runner == nullptr) {
        diary_.violate("a trainer of an unknown study begins: " + process.dir);
        return;
    }
    const std::int64_t most = runner->study().config.limits.max_parallel_trials;
    if (alive + 1 > most) {
        diary_.violate(
            fmt::format("{} of at most {} trainers of {}", alive + 1, most, process.study)
        );
    }
    check_machine(process);
    bool recorded = false;
    for (const AttemptRecord& attempt : record_.live_attempts()) {
        const bool told = attempt.state != AttemptState::intent;
        recorded = recorded || (attempt.uuid == process.uuid && told);
    }
    if (!recorded) {
        diary_.violate("a trainer begins off the record: " + process.dir);
    }
}

// Whatever else lives, in whichever study: nobody has this trainer's GPUs, and all of them together
// take no more than there is.
void Oracle::check_machine(const Process& process) {
    Resources sum;
    for (const auto& [dir, other] : world_.processes()) {
        if (!other->is_alive() && other.get() != &process) {
            continue;
        }
        sum.cpus += other->taken.amount.cpus;
        sum.memory_bytes += other->taken.amount.memory_bytes;
        for (const std::int64_t gpu : other->taken.gpus) {
            const auto& own = process.taken.gpus;
            if (other.get() != &process && std::find(own.begin(), own.end(), gpu) != own.end()) {
                diary_.violate(fmt::format("GPU {} of {} is given to {}", gpu, dir, process.dir));
            }
        }
    }
    for (const std::string& line : list_unmet(sum, simulated_machine().capacity())) {
        diary_.violate(fmt::format("with {}: {}", process.dir, line));
    }
}

void Oracle::check_memory(SimulatedDaemon& daemon) {
    const std::vector<Study> studies = record_.studies();
    for (const auto& runner : daemon.scheduler().runners()) {
        const Study& believed = runner->study();
        // What is in memory alone: a pause for an error, and the news that storage is waited for.
        if (believed.reason == StudyReason::error || believed.message.starts_with("waiting: ")) {
            continue;
        }
        const auto stored = std::find_if(studies.begin(), studies.end(), [&](const Study& study) {
            return study.key == believed.key;
        });
        if (stored == studies.end() || !(*stored == believed)) {
            diary_.violate("memory and record differ: study " + believed.id);
            continue;
        }
        const std::vector<Trial> trials = record_.trials(believed.key);
        const std::vector<Trial>& remembered = runner->history().trials;
        if (!std::equal(
                trials.begin(), trials.end(), remembered.begin(), remembered.end(), same_trial
            )) {
            diary_.violate("memory and record differ: trials of " + believed.id);
        }
    }
}

void Oracle::check_end() {
    for (const Study& study : record_.studies()) {
        check_study(study);
    }
    for (const auto& [dir, process] : world_.processes()) {
        if (process->lock_held || process->stragglers) {
            diary_.violate("still alive at the end: " + dir);
        }
    }
    check_events();
}

void Oracle::check_study(const Study& study) {
    if (study.state != StudyState::finished && study.state != StudyState::cancelled) {
        diary_.violate(fmt::format(
            "study {} does not end: {} {} {}",
            study.id,
            name_of(study.state),
            name_of(study.reason),
            study.message
        ));
    }
    const std::vector<Trial> trials = record_.trials(study.key);
    if (std::ssize(trials) > allowed_[study.id].trials) {
        diary_.violate(fmt::format("{} trials of {}", trials.size(), study.id));
    }
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (trials[i].id.value() != static_cast<std::int64_t>(i) + 1) {
            diary_.violate("trials are not dense in " + study.id);
        }
        check_trial(study, trials[i]);
    }
}

void Oracle::check_trial(const Study& study, const Trial& trial) {
    if (!is_final(trial.state)) {
        diary_.violate(fmt::format(
            "trial {} of {} is {} at the end", trial.id.value(), study.id, name_of(trial.state)
        ));
    }
    const std::vector<AttemptRecord> attempts = record_.attempts(study.key, trial.id);
    if (std::ssize(attempts) != trial.attempts) {
        diary_.violate(fmt::format("{} has {} attempts", trial.id.value(), attempts.size()));
    }
    for (const AttemptRecord& attempt : attempts) {
        if (study.config.is_asked()) {
            check_given(study, trial, attempt);
        } else {
            check_attempt(trial, attempt);
        }
    }
    if (!attempts.empty() && attempts.back().exit && !study.config.is_asked()) {
        check_retries(study, trial, attempts);
        check_pruning(study, trial, *attempts.back().exit);
        check_measurements(trial, attempts.back());
    }
}

// What a client was given ends when that tells, is silent or slow, or when it is taken back.
void Oracle::check_given(const Study& study, const Trial& trial, const AttemptRecord& attempt) {
    const bool is_last = trial.attempts == attempt.number;
    const Allowed& allowed = allowed_[study.id];
    std::set<ExitKind> right;
    if (is_last && trial.outcome) {
        right = {ExitKind::exited};
    }
    if (!is_last || trial.state != TrialState::completed) {
        right.insert(ExitKind::stopped);
        if (allowed.silence_ends) {
            right.insert(ExitKind::lost);
        }
        if (allowed.time_ends) {
            right.insert(ExitKind::timed_out);
        }
    }
    if (!attempt.exit || !right.contains(attempt.exit->kind)) {
        diary_.violate(fmt::format(
            "{} of trial {} ended as {}",
            name(attempt),
            trial.id.value(),
            attempt.exit ? name_of(attempt.exit->kind) : "nothing"
        ));
    }
    if (world_.find(attempt.dir) != nullptr) {
        diary_.violate("something was started for " + name(attempt));
    }
}

// The record against what truly happened.
void Oracle::check_attempt(const Trial& trial, const AttemptRecord& attempt) {
    if (!attempt.exit) {
        diary_.violate("not ended: " + name(attempt));
        return;
    }
    const AttemptExit& said = *attempt.exit;
    const Process* process = world_.find(attempt.dir);
    if (process == nullptr || !process->let_go) {
        const bool fits = said.kind == ExitKind::never_started || said.kind == ExitKind::lost ||
                          said.kind == ExitKind::not_started;
        if (!fits) {
            diary_.violate(fmt::format("{} never began but {}", name(attempt), name_of(said.kind)));
        }
        return;
    }
    const AttemptExit truth = process->exit.value_or(AttemptExit{});
    if (said.kind != truth.kind || said.code != truth.code || said.signal != truth.signal) {
        diary_.violate(fmt::format(
            "{} ended as {}, recorded as {}", name(attempt), name_of(truth.kind), name_of(said.kind)
        ));
    }
    const std::int64_t bytes = static_cast<std::int64_t>(process->written.size()) * kMetricBytes;
    if (process->exit ? attempt.metrics_offset != bytes : attempt.metrics_offset > bytes) {
        diary_.violate(fmt::format(
            "{} of trial {} wrote {} bytes of metrics, {} were stored",
            name(attempt),
            trial.id.value(),
            bytes,
            attempt.metrics_offset
        ));
    }
}

// Every attempt but the last was followed by another: each needs its excuse.
void Oracle::check_retries(
    const Study& study, const Trial& trial, const std::vector<AttemptRecord>& attempts
) {
    std::int64_t infrastructure = 0;
    std::int64_t user = 0;
    const bool ended_by_last = trial.state != TrialState::cancelled;
    const std::size_t excused = attempts.size() - (ended_by_last ? 1 : 0);
    for (std::size_t i = 0; i < excused; ++i) {
        const AttemptExit& exit = *attempts[i].exit;
        infrastructure += exit.kind == ExitKind::lost ? 1 : 0;
        user += exit.kind != ExitKind::lost && !is_free(exit) ? 1 : 0;
    }
    // The last attempt of a cancelled trial may have ended before or by the cancellation.
    const std::int64_t slack = ended_by_last ? 0 : 1;
    const bool counted = infrastructure - trial.infrastructure_retries <= slack &&
                         infrastructure >= trial.infrastructure_retries &&
                         user - trial.user_retries <= slack && user >= trial.user_retries;
    const bool within = trial.infrastructure_retries <= kMaxInfrastructureRetries &&
                        trial.user_retries <= allowed_[study.id].retries;
    if (!counted || !within) {
        diary_.violate(fmt::format(
            "trial {} of {}: {} losses and {} failures were run again, it counts {} and {}",
            trial.id.value(),
            study.id,
            infrastructure,
            user,
            trial.infrastructure_retries,
            trial.user_retries
        ));
    }
}

// A trial is pruned by its study's rule alone, with a reason, and never one that ended well. What
// stopped the last attempt of any other trial was the end of its study, or its value is no number.
void Oracle::check_pruning(const Study& study, const Trial& trial, const AttemptExit& last) {
    const bool ended_well = last.kind == ExitKind::exited && last.code == 0;
    if (trial.state == TrialState::pruned) {
        diary_.inject(Fault::trial_pruned);
        if (study.config.stopping.kind == StoppingKind::none || trial.prune_reason.empty() ||
            trial.measurements.empty() || ended_well) {
            diary_.violate(
                fmt::format("trial {} of {} is pruned without a cause", trial.id.value(), study.id)
            );
        }
    } else if (!trial.prune_reason.empty() || trial.forecast) {
        diary_.violate(fmt::format(
            "trial {} of {} is {} and has a reason to be pruned",
            trial.id.value(),
            study.id,
            name_of(trial.state)
        ));
    }
    const bool infeasible = trial.failure && trial.failure->kind == FailureKind::infeasible;
    if (last.kind == ExitKind::stopped && trial.state != TrialState::pruned &&
        trial.state != TrialState::cancelled && !infeasible) {
        diary_.violate(fmt::format(
            "trial {} of {} was stopped and is {}", trial.id.value(), study.id, name_of(trial.state)
        ));
    }
}

void Oracle::check_measurements(const Trial& trial, const AttemptRecord& last) {
    const Process* process = world_.find(last.dir);
    const std::size_t stored =
        process == nullptr ? 0 : static_cast<std::size_t>(last.metrics_offset / kMetricBytes);
    const std::vector<Measurement> expected = process == nullptr
                                                  ? std::vector<Measurement>{}
                                                  : without_repetitions(process->written, stored);
    const std::vector<Measurement>& found = trial.measurements;
    if (trial.state == TrialState::cancelled && found.empty()) {
        return;  // dropped when the trial was queued again
    }
    const auto equal = [](const Measurement& a, const Measurement& b) { return same(a, b); };
    if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end(), equal)) {
        diary_.violate(fmt::format(
            "{} of {} measurements of {} are stored", found.size(), expected.size(), name(last)
        ));
    }
}

void Oracle::check_events() {
    std::map<std::pair<std::string, std::int64_t>, int> ended;
    std::int64_t last = 0;
    for (const Event& event : record_.events_after(0, "", kAllEvents)) {
        if (event.id <= last) {
            diary_.violate("events go back");
        }
        last = event.id;
        if (!event.trial) {
            continue;
        }
        int& count = ended[{event.study, event.trial->value()}];
        if (count > 0) {
            diary_.violate(fmt::format(
                "{} of trial {} of {} after its end",
                name_of(event.kind),
                event.trial->value(),
                event.study
            ));
        }
        count += event.kind == EventKind::trial_ended ? 1 : 0;
    }
    for (const auto& [trial, count] : ended) {
        if (count != 1) {
            diary_.violate(
                fmt::format("trial {} of {} ended {} times", trial.second, trial.first, count)
            );
        }
    }
}

}  // namespace tuner::simulation
