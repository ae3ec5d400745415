// A LearningCurve is what a trial has reported of its objective so far, in the few points that a
// Pruner needs: at most kMaxCurvePoints, whatever came, so that a decision costs the same after a
// million reports as after ten.
//
// Points stand at growing steps. A report at the step of the last one, or before it, takes the
// place of all from its step on: the trainer has gone back. Values that are not finite leave no
// point. When there are too many, every second one goes; the first and the last always stay. A
// plain value; every report may be asked for only once, in order of arrival.

#pragma once

#include "tuner/study/measurement.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxCurvePoints = 32;

struct CurvePoint {
    std::int64_t step = 0;
    std::int64_t count = 0;  // the how-manieth step of its trial this is, from 1
    double value = 0;        // the reported one; the best so far where that is the trial's result
    double mean = 0;         // of the values up to here

    friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

class LearningCurve {
  public:
    LearningCurve(Goal goal, MeasurementSelection selection) : goal_(goal), selection_(selection) {}

    void add(std::int64_t step, double value);

    const std::vector<CurvePoint>& points() const { return points_; }

    // How many steps have been reported; 0 without points.
    std::int64_t count() const { return points_.empty() ? 0 : points_.back().count; }

    // The best value so far.
    std::optional<double> best() const { return best_; }

  private:
    void thin_out();

    Goal goal_;
    MeasurementSelection selection_;
    std::vector<CurvePoint> points_;
    std::optional<double> best_;
    std::int64_t stride_ = 1;  // between the points that stay
};

}  // namespace tuner
