#include "tuner/study/curve_book.h"

#include "tuner/base/contract.h"
#include "tuner/study/limits.h"

#include <algorithm>

namespace tuner {

namespace {

// By how much more the ends of trials must differ in steps than in measurements before the latter
// count.
constexpr double kClearly = 1.1;

}  // namespace

CurveBook::CurveBook(const History& history) : rule_(history.config.stopping) {
    if (!is_kept() || history.config.objectives.empty()) {
        rule_.kind = StoppingKind::none;
        return;
    }
    goal_ = history.config.objective().goal;
    selection_ = history.config.selection;
    metric_ = history.config.objective().metric;
    for (const Trial& trial : history.trials) {
        Trial fresh;
        fresh.id = trial.id;
        follow(fresh);
    }
    for (const bool running : {true, false}) {
        for (const Trial& trial : history.trials) {
            if (!is_final(trial.state) == running) {
                for (const Measurement& measurement : trial.measurements) {
                    add(trial.id, measurement);
                }
                if (trial.state != TrialState::pending) {
                    follow(trial);
                }
            }
        }
    }
}

const TrialCurve& CurveBook::trial(TrialId id) const {
    const auto index = static_cast<std::size_t>(id.value()) - 1;
    expects(index < trials_.size(), "trials are dense from 1");
    return trials_[index];
}

TrialCurve& CurveBook::mutable_trial(TrialId id) {
    return const_cast<TrialCurve&>(trial(id));  // NOLINT: *this is not const
}

void CurveBook::follow(const Trial& trial) {
    if (!is_kept()) {
        return;
    }
    const TrialCurve empty{
        trial.id, trial.state, std::nullopt, LearningCurve(goal_, selection_), {}, 0};
    if (static_cast<std::size_t>(trial.id.value()) > trials_.size()) {
        trials_.push_back(empty);
        return;
    }
    TrialCurve& present = mutable_trial(trial.id);
    if (trial.state == TrialState::pending) {
        present = empty;  // its next attempt begins anew
        return;
    }
    present.state = trial.state;
    present.objective = trial.objective();
    if (trial.state == TrialState::completed) {
        complete(present);
    }
}

void CurveBook::complete(TrialCurve& done) {
    if (!done.objective) {
        return;
    }
    if (!best_ || is_better(goal_, *done.objective, *trial(*best_).objective)) {
        best_ = done.trial;
    }
    if (done.curve.points().empty()) {
        return;
    }
    const CurvePoint& last = done.curve.points().back();
    steps_.include(last.step, completed_.empty());
    counts_.include(last.count, completed_.empty());
    completed_.push_back(done.trial);
}

void CurveBook::add(TrialId id, const Measurement& measurement) {
    const auto value = is_kept() ? measurement.find(metric_) : std::nullopt;
    if (!value) {
        return;
    }
    TrialCurve& trial = mutable_trial(id);
    ++trial.reports;
    trial.curve.add(measurement.step, *value);
    const auto best = trial.curve.best();
    climb(
        trial,
        measurement.step,
        selection_ == MeasurementSelection::best ? best.value_or(*value) : *value
    );
}

// A report that reaches several rungs at once is its trial's result at each.
void CurveBook::climb(TrialCurve& trial, std::int64_t step, double value) {
    if (rule_.kind != StoppingKind::asha) {
        return;
    }
    const std::int64_t progress = rule_.unit == StoppingUnit::measurements ? trial.reports : step;
    std::int64_t next = trial.rungs.empty() ? rule_.min_steps : trial.rungs.back().rung * rule_.eta;
    const std::int64_t end = rule_.max_steps > 0 ? rule_.max_steps : kMaxInteger;
    while (next <= progress && next < end) {
        trial.rungs.push_back({next, step, value, ++order_});
        next = next > kMaxInteger / rule_.eta ? kMaxInteger : next * rule_.eta;
    }
}

void CurveBook::Range::include(std::int64_t value, bool is_first) {
    low = is_first ? value : std::min(low, value);
    high = is_first ? value : std::max(high, value);
}

double CurveBook::Range::ratio() const {
    return low > 0 ? static_cast<double>(high) / static_cast<double>(low) : 1;
}

bool CurveBook::counts_measurements() const {
    if (rule_.unit != StoppingUnit::automatic) {
        return rule_.unit == StoppingUnit::measurements;
    }
    return rule_.kind != StoppingKind::asha && rule_.max_steps == 0 && !completed_.empty() &&
           steps_.ratio() > kClearly * counts_.ratio();
}

std::optional<std::int64_t> CurveBook::horizon() const {
    if (rule_.max_steps > 0) {
        return rule_.max_steps;
    }
    if (completed_.empty()) {
        return std::nullopt;
    }
    return counts_measurements() ? counts_.high : steps_.high;
}

}  // namespace tuner
