#include "tuner/study/learning_curve.h"

#include <cmath>

namespace tuner {

void LearningCurve::add(std::int64_t step, double value) {
    if (!std::isfinite(value)) {
        return;
    }
    best_ = best_ && !is_better(goal_, value, *best_) ? *best_ : value;
    while (!points_.empty() && points_.back().step >= step) {
        points_.pop_back();
    }
    CurvePoint point{step, 1, selection_ == MeasurementSelection::best ? *best_ : value, 0};
    point.mean = point.value;
    if (!points_.empty()) {
        const CurvePoint& last = points_.back();
        point.count = last.count + 1;
        point.mean = last.mean + (point.value - last.mean) / static_cast<double>(point.count);
        if (points_.size() > 1 && last.count % stride_ != 0) {
            points_.pop_back();
        }
    }
    points_.push_back(point);
    if (points_.size() > kMaxCurvePoints) {
        thin_out();
    }
}

void LearningCurve::thin_out() {
    stride_ *= 2;
    std::vector<CurvePoint> kept{points_.front()};
    for (std::size_t i = 1; i + 1 < points_.size(); ++i) {
        if (points_[i].count % stride_ == 0) {
            kept.push_back(points_[i]);
        }
    }
    kept.push_back(points_.back());
    points_ = std::move(kept);
}

}  // namespace tuner
