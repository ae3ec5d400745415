#include "tuner/study/trial.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tuner {

namespace {

// `conflict` unless `trial` is in one of the states that `verb` starts from.
Result<void> require(
    const Trial& trial, std::initializer_list<TrialState> allowed, std::string_view verb
) {
    if (std::find(allowed.begin(), allowed.end(), trial.state) != allowed.end()) {
        return {};
    }
    return fail(
        ErrorCode::conflict,
        fmt::format("trial {} is {}: it cannot be {}", trial.id.value(), name_of(trial.state), verb)
    );
}

std::vector<std::string> metric_names(const std::vector<Measurement>& measurements) {
    std::vector<std::string> names;
    for (const Measurement& measurement : measurements) {
        for (const Metric& metric : measurement.metrics) {
            if (std::find(names.begin(), names.end(), metric.name) == names.end()) {
                names.push_back(metric.name);
            }
        }
    }
    return names;
}

}  // namespace

Trial Trial::create(TrialId id, Suggestion suggestion, TimePoint now) {
    Trial trial;
    trial.id = id;
    trial.assignment = std::move(suggestion.assignment);
    trial.provenance = std::move(suggestion.provenance);
    trial.created = now;
    return trial;
}

Result<void> Trial::start(TimePoint now) {
    return require(*this, {TrialState::pending}, "started").map([&] {
        state = TrialState::running;
        ++attempts;
        if (!started) {
            started = now;
        }
    });
}

Result<void> Trial::requeue() {
    return require(*this, {TrialState::running}, "queued again").map([&] {
        state = TrialState::pending;
        measurements.clear();
        prune_reason.clear();
    });
}

Result<void> Trial::record(Measurement measurement) {
    return require(*this, {TrialState::running}, "measured").map([&] {
        measurements.push_back(std::move(measurement));
    });
}

Result<void> Trial::complete(Outcome result, TimePoint now) {
    if (!std::isfinite(result.objective)) {
        return tuner::invalid("an objective must be a finite number");
    }
    return require(*this, {TrialState::running, TrialState::pending}, "completed").map([&] {
        state = TrialState::completed;
        outcome = std::move(result);
        ended = now;
    });
}

Result<void> Trial::end_well(TimePoint now) {
    return require(*this, {TrialState::running}, "completed").map([&] {
        state = TrialState::completed;
        ended = now;
    });
}

Result<void> Trial::prune(std::optional<Outcome> result, TimePoint now) {
    if (result && !std::isfinite(result->objective)) {
        return tuner::invalid("an objective must be a finite number");
    }
    return require(*this, {TrialState::running}, "pruned").map([&] {
        state = TrialState::pruned;
        outcome = std::move(result);
        ended = now;
    });
}

Result<void> Trial::fail(Failure why, TimePoint now) {
    return require(*this, {TrialState::running, TrialState::pending}, "failed").map([&] {
        state = TrialState::failed;
        failure = std::move(why);
        ended = now;
    });
}

Result<void> Trial::cancel(TimePoint now) {
    return require(*this, {TrialState::running, TrialState::pending}, "cancelled").map([&] {
        state = TrialState::cancelled;
        ended = now;
    });
}

std::optional<double> Trial::objective() const {
    return outcome ? std::optional(outcome->objective) : std::nullopt;
}

tl::expected<Outcome, Failure> judge_measurements(
    const std::vector<Measurement>& measurements,
    const Objective& objective,
    MeasurementSelection selection
) {
    const Measurement* chosen = select_measurement(measurements, objective, selection);
    if (chosen == nullptr) {
        const std::vector<std::string> seen = metric_names(measurements);
        return tl::unexpected(Failure{
            FailureKind::metric_missing,
            fmt::format(
                "metric missing: the trainer ended well but never reported \"{}\"; {}",
                objective.metric,
                seen.empty() ? "it reported no metric at all"
                             : fmt::format("it reported {}", fmt::join(seen, ", "))
            ),
        });
    }
    const double value = *chosen->find(objective.metric);
    if (!std::isfinite(value)) {
        return tl::unexpected(Failure{
            FailureKind::infeasible,
            fmt::format("infeasible: {} is {} at step {}", objective.metric, value, chosen->step),
        });
    }
    return Outcome{value, chosen->step, chosen->metrics};
}

}  // namespace tuner
