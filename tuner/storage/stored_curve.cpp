#include "tuner/storage/stored_curve.h"

#include "tuner/study/thinning.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace tuner {

// No two folds share a measurement, as all of one measurement has the same step.
void StoredCurve::add(const MeasurementRow& row) {
    if (rows_.size() >= kRowsAtATime && row.step != rows_.back().step) {
        fold();
    }
    rows_.push_back(row);
}

std::vector<Measurement> StoredCurve::take() {
    fold();
    sequences_.clear();
    return std::exchange(measurements_, {});
}

void StoredCurve::fold() {
    std::sort(rows_.begin(), rows_.end(), [](const MeasurementRow& a, const MeasurementRow& b) {
        return std::tuple(a.sequence, a.position) < std::tuple(b.sequence, b.position);
    });
    const std::size_t known = sequences_.size();
    for (const MeasurementRow& row : rows_) {
        if (sequences_.size() == known || sequences_.back() != row.sequence) {
            sequences_.push_back(row.sequence);
            measurements_.push_back({row.step, {}});
        }
        measurements_.back().metrics.push_back({*row.metric, row.value});
    }
    rows_.clear();
    if (known > 0) {
        sort_by_arrival();
    }
    if (measurements_.size() >= 2 * kHeldMeasurements) {
        thin_out();
    }
}

void StoredCurve::sort_by_arrival() {
    std::vector<std::size_t> order(sequences_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return sequences_[a] < sequences_[b];
    });
    rearrange(order);
}

void StoredCurve::thin_out() {
    const auto keep = choose_thinned(measurements_, objectives_, kHeldMeasurements);
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < keep.size(); ++i) {
        if (keep[i]) {
            kept.push_back(i);
        }
    }
    rearrange(kept);
}

// Those whose places are in `order` stay, in that order.
void StoredCurve::rearrange(const std::vector<std::size_t>& order) {
    std::vector<std::int64_t> sequences;
    std::vector<Measurement> measurements;
    for (const std::size_t place : order) {
        sequences.push_back(sequences_[place]);
        measurements.push_back(std::move(measurements_[place]));
    }
    sequences_ = std::move(sequences);
    measurements_ = std::move(measurements);
}

}  // namespace tuner
