// A Trial is one evaluation of the objective at one Assignment: born pending, run, ended exactly
// once.
//
//   pending ──start──> running ──complete / prune / fail / cancel──> ended, for ever
//      ^                  │
//      └────requeue───────┘      the attempt was lost or interrupted; the trial stays
//   pending ──cancel──> cancelled, pending ──fail──> failed (it could not even be started)
//
// Every change of state goes through a transition below; an illegal one is a `conflict` and changes
// nothing. A Trial is a plain value: a copy is a snapshot. Nothing here reads a clock; time is
// passed in.

#pragma once

#include "tuner/base/id.h"
#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/forecast.h"
#include "tuner/study/measurement.h"
#include "tuner/study/suggestion.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

enum class TrialState { pending, running, completed, pruned, failed, cancelled };

constexpr bool is_final(TrialState state) {
    return state != TrialState::pending && state != TrialState::running;
}

// Why a trial failed. `lost` is the machine's fault, all others the trainer's.
enum class FailureKind {
    exited,          // the trainer ended with a code that is not 0
    signalled,       // the trainer was ended by a signal that tuner did not send
    metric_missing,  // it ended well but never reported the objective
    infeasible,      // the objective is NaN or infinite, or the caller said so
    timed_out,       // longer than `timeout`
    stalled,         // silent for longer than `stallTimeout`
    not_started,     // the command cannot be run: no such program, no such folder
    lost,            // the attempt vanished without a word: killed shim, reboot
};

struct Failure {
    FailureKind kind = FailureKind::exited;
    std::string message;  // for people: what happened, what was seen, what to do

    friend bool operator==(const Failure&, const Failure&) = default;
};

// The result of a trial that has one.
struct Outcome {
    double objective = 0;         // finite
    std::int64_t step = 0;        // where it was measured
    std::vector<Metric> metrics;  // all metrics of that measurement

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Trial {
    TrialId id;
    Assignment assignment;
    Provenance provenance;
    TrialState state = TrialState::pending;
    std::int64_t attempts = 0;                // executions begun so far
    std::int64_t user_retries = 0;            // reruns after the trainer's own failure
    std::int64_t infrastructure_retries = 0;  // reruns after the machine's failure
    std::vector<Measurement> measurements;    // of the present attempt; see study/thinning.h
    std::optional<Outcome> outcome;           // completed trials but a plain run's; pruned ones if
                                              // they had reported
    std::optional<Failure> failure;           // failed trials
    std::string client;                       // who asked for it, in a study without a trainer
    std::string prune_reason;                 // of a trial that is being, or was, stopped early
    std::optional<Forecast> forecast;         // pruned trials, as far as anything can be said
    TimePoint created;
    std::optional<TimePoint> started;  // of the first attempt
    std::optional<TimePoint> ended;

    // A new trial of a suggestion.
    static Trial create(TrialId id, Suggestion suggestion, TimePoint now);

    // pending -> running, with one more attempt.
    Result<void> start(TimePoint now);

    // running -> pending: the attempt is over without a verdict; its measurements are dropped.
    Result<void> requeue();

    // Adds a measurement; `conflict` unless running.
    Result<void> record(Measurement measurement);

    // running (or pending, when the user brings the result) -> completed, objective finite.
    Result<void> complete(Outcome result, TimePoint now);

    // running -> completed without an outcome: the good end of a plain run, which measures nothing.
    Result<void> end_well(TimePoint now);

    // running -> pruned; what it last reported, if finite, stays as its outcome.
    Result<void> prune(std::optional<Outcome> result, TimePoint now);

    // running or pending -> failed.
    Result<void> fail(Failure why, TimePoint now);

    // running or pending -> cancelled: the user's decision, no verdict on the values.
    Result<void> cancel(TimePoint now);

    // The objective, when there is a result.
    std::optional<double> objective() const;

    friend bool operator==(const Trial&, const Trial&) = default;
};

// The verdict on measurements at the end of a trainer that ended well: an Outcome, or why there is
// none (`metric_missing`, `infeasible`), naming the metric expected and those seen.
tl::expected<Outcome, Failure> judge_measurements(
    const std::vector<Measurement>& measurements,
    const Objective& objective,
    MeasurementSelection selection
);

template <>
struct Names<TrialState> {
    static constexpr std::array entries{
        named(TrialState::pending, "pending"),
        named(TrialState::running, "running"),
        named(TrialState::completed, "completed"),
        named(TrialState::pruned, "pruned"),
        named(TrialState::failed, "failed"),
        named(TrialState::cancelled, "cancelled"),
    };
};

template <>
struct Names<FailureKind> {
    static constexpr std::array entries{
        named(FailureKind::exited, "exited"),
        named(FailureKind::signalled, "signalled"),
        named(FailureKind::metric_missing, "metric_missing"),
        named(FailureKind::infeasible, "infeasible"),
        named(FailureKind::timed_out, "timed_out"),
        named(FailureKind::stalled, "stalled"),
        named(FailureKind::not_started, "not_started"),
        named(FailureKind::lost, "lost"),
    };
};

}  // namespace tuner
