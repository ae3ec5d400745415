// A StoredCurve makes the measurements of a trial out of its rows, which come by step and not in
// order of arrival. Thinned on the way when they are many (study/thinning.h), so however many rows
// there are, it holds about kRowsAtATime.

#pragma once

#include "tuner/study/measurement.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

// One metric of a measurement.
struct MeasurementRow {
    std::int64_t sequence = 0;  // which measurement of its trial
    std::int64_t position = 0;  // which metric of that
    std::int64_t step = 0;
    const std::string* metric = nullptr;  // its name, which outlives the row
    double value = 0;
};

class StoredCurve {
  public:
    static constexpr std::size_t kRowsAtATime = 50'000;

    explicit StoredCurve(const std::vector<Objective>& objectives) : objectives_(objectives) {}

    // Steps must not fall.
    void add(const MeasurementRow& row);

    // The curve of all rows since the last call, in order of arrival.
    std::vector<Measurement> take();

  private:
    void fold();
    void sort_by_arrival();
    void thin_out();
    void rearrange(const std::vector<std::size_t>& order);

    const std::vector<Objective>& objectives_;
    std::vector<MeasurementRow> rows_;
    std::vector<std::int64_t> sequences_;  // of measurements_
    std::vector<Measurement> measurements_;
};

}  // namespace tuner
