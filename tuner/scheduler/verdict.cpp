#include "tuner/scheduler/verdict.h"

#include "tuner/base/contract.h"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

namespace tuner {

namespace {

std::string with_log_tail(std::string headline, const AttemptExit& exit) {
    return exit.log_tail.empty() ? headline
                                 : fmt::format("{}; its last words:\n{}", headline, exit.log_tail);
}

std::string name_of_signal(int number) {
    const char* name = sigabbrev_np(number);
    return name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", name);
}

// The failure of an attempt that ended without a result by the trainer's doing.
Failure failure_of(const AttemptExit& exit, const StudyConfig& config) {
    const Limits& limits = config.limits;
    switch (exit.kind) {
        case ExitKind::signalled:
            return {
                FailureKind::signalled,
                with_log_tail(
                    fmt::format("the trainer was ended by {}", name_of_signal(exit.signal)), exit
                ),
            };
        case ExitKind::timed_out:
            return {
                FailureKind::timed_out,
                with_log_tail(
                    fmt::format(
                        "{} longer than its timeout of {}",
                        config.is_asked() ? "its client took" : "the trainer ran",
                        to_readable(limits.timeout.value_or(Duration{}))
                    ),
                    exit
                ),
            };
        case ExitKind::stalled:
            return {
                FailureKind::stalled,
                with_log_tail(
                    fmt::format(
                        "the trainer was silent for longer than its stallTimeout of {}",
                        to_readable(limits.stall_timeout.value_or(Duration{}))
                    ),
                    exit
                ),
            };
        case ExitKind::not_started:
            return {
                FailureKind::not_started,
                fmt::format("the trainer could not be started: {}", exit.message)};
        default:
            return {
                FailureKind::exited,
                with_log_tail(fmt::format("the trainer exited with code {}", exit.code), exit)};
    }
}

void must_conclude(const Result<void>& transition) {
    ensures(transition.has_value(), "a running trial can be concluded");
}

// The trainer's own failure: again while retries are left, unless a rerun cannot change anything.
void fail_or_retry(Trial& trial, Failure failure, const Limits& limits, TimePoint now) {
    const bool can_differ =
        failure.kind != FailureKind::not_started && failure.kind != FailureKind::infeasible;
    if (can_differ && trial.user_retries < limits.max_retries) {
        ++trial.user_retries;
        must_conclude(trial.requeue());
        return;
    }
    must_conclude(trial.fail(std::move(failure), now));
}

void lose_or_retry(Trial& trial, const AttemptExit& exit, TimePoint now) {
    if (trial.infrastructure_retries < kMaxInfrastructureRetries) {
        ++trial.infrastructure_retries;
        must_conclude(trial.requeue());
        return;
    }
    const std::string text = fmt::format(
        "lost {} times: {}",
        trial.infrastructure_retries + 1,
        exit.message.empty() ? "it vanished without a word" : exit.message
    );
    must_conclude(trial.fail({FailureKind::lost, text}, now));
}

bool said_infeasible(const Trial& trial) {
    return std::any_of(trial.measurements.begin(), trial.measurements.end(), [](const auto& said) {
        return said.find(kInfeasibleMetric).has_value();
    });
}

void judge_good_end(
    Trial& trial, const AttemptExit& exit, const StudyConfig& config, TimePoint now
) {
    if (said_infeasible(trial)) {
        must_conclude(
            trial.fail({FailureKind::infeasible, "its trainer said that it is infeasible"}, now)
        );
        return;
    }
    if (config.is_plain()) {
        must_conclude(trial.end_well(now));
        return;
    }
    auto verdict = judge_measurements(trial.measurements, config.objective(), config.selection);
    if (verdict) {
        must_conclude(trial.complete(std::move(*verdict), now));
        return;
    }
    Failure failure = std::move(verdict.error());
    if (failure.kind == FailureKind::metric_missing) {
        failure.message = with_log_tail(
            fmt::format(
                "{}. Print a line like {}=0.5, or set hyperparameterMetricTag to a name it reports",
                failure.message,
                config.objective().metric
            ),
            exit
        );
    }
    fail_or_retry(trial, std::move(failure), config.limits, now);
}

void end_early(Trial& trial, const StudyConfig& config, TimePoint now) {
    auto verdict = judge_measurements(trial.measurements, config.objective(), config.selection);
    if (verdict) {
        must_conclude(trial.prune(std::move(*verdict), now));
    } else if (verdict.error().kind == FailureKind::infeasible) {
        must_conclude(trial.fail(std::move(verdict.error()), now));
    } else {
        must_conclude(trial.prune(std::nullopt, now));
    }
}

}  // namespace

Trial conclude(
    Trial trial,
    const AttemptExit& exit,
    const StudyConfig& config,
    StopPurpose purpose,
    TimePoint now
) {
    expects(trial.state == TrialState::running, "only a running trial has an attempt that ends");
    const bool ended_well = exit.kind == ExitKind::exited && exit.code == 0;
    if (purpose == StopPurpose::cancel) {
        must_conclude(trial.cancel(now));
    } else if (ended_well) {
        // Also when it was told to stop: it was done before the word arrived, or made good use of
        // it.
        judge_good_end(trial, exit, config, now);
    } else if (purpose == StopPurpose::prune) {
        end_early(trial, config, now);
    } else if (exit.kind == ExitKind::never_started || exit.kind == ExitKind::stopped) {
        must_conclude(trial.requeue());
    } else if (exit.kind == ExitKind::lost) {
        lose_or_retry(trial, exit, now);
    } else {
        fail_or_retry(trial, failure_of(exit, config), config.limits, now);
    }
    if (trial.state != TrialState::pruned) {
        trial.prune_reason.clear();
    }
    return trial;
}

}  // namespace tuner
