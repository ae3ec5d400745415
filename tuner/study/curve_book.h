// A CurveBook holds the learning curves of a study's trials: what a Pruner decides from. Kept up to
// date report by report; nothing in it grows with the number of reports.
//
// It follows the record: the state of each trial, what completed ones came to, and which trial
// reached which rung in which order. So a decision depends on what was stored and on nothing else.
// A book made from a record does not know the order in which trials reached a rung: those that
// still run are taken to have been first, so a restart stops nobody who was kept. Empty in a study
// that stops no trial. Lives where its StudyRecord does.

#pragma once

#include "tuner/study/history.h"
#include "tuner/study/learning_curve.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

// A trial's result at a rung: its first report there.
struct RungResult {
    std::int64_t rung = 0;  // progress that had to be reached
    std::int64_t step = 0;
    double value = 0;        // may be NaN, which is worse than any other
    std::int64_t order = 0;  // among all results of the study
};

struct TrialCurve {
    TrialId trial;
    TrialState state = TrialState::pending;
    std::optional<double> objective;
    LearningCurve curve;
    std::vector<RungResult> rungs;  // in order of progress
    std::int64_t reports = 0;       // those of values that are not finite included
};

class CurveBook {
  public:
    explicit CurveBook(const History& history);

    bool is_kept() const { return rule_.kind != StoppingKind::none; }

    // A trial is new, or has become another.
    void follow(const Trial& trial);

    // A running trial has reported.
    void add(TrialId trial, const Measurement& measurement);

    const Stopping& rule() const { return rule_; }

    Goal goal() const { return goal_; }

    // By number.
    const std::vector<TrialCurve>& trials() const { return trials_; }

    const TrialCurve& trial(TrialId id) const;

    // The completed trials that have a curve, in order of completion.
    const std::vector<TrialId>& completed() const { return completed_; }

    // The best of all that have completed.
    std::optional<TrialId> best() const { return best_; }

    // Whether progress is counted in measurements (study/stopping.h); may change as trials
    // complete.
    bool counts_measurements() const;

    std::int64_t progress(const CurvePoint& point) const {
        return counts_measurements() ? point.count : point.step;
    }

    // The progress of a whole run, as far as it is known.
    std::optional<std::int64_t> horizon() const;

  private:
    struct Range {
        std::int64_t low = 0;
        std::int64_t high = 0;

        void include(std::int64_t value, bool is_first);
        double ratio() const;
    };

    TrialCurve& mutable_trial(TrialId id);
    void complete(TrialCurve& trial);
    void climb(TrialCurve& trial, std::int64_t step, double value);

    Stopping rule_;
    Goal goal_ = Goal::minimize;
    MeasurementSelection selection_ = MeasurementSelection::last;
    std::string metric_;
    std::vector<TrialCurve> trials_;
    std::vector<TrialId> completed_;
    std::optional<TrialId> best_;
    Range steps_;   // where completed trials ended
    Range counts_;  // how many steps they had reported
    std::int64_t order_ = 0;
};

}  // namespace tuner
