// Thinning makes a long curve one of few points: what a trial's measurements are in memory, while
// storage has every one.
//
// What is left guarantees: the order of arrival; the first and the last measurement; for each
// objective, exactly the measurements that select_measurement() would choose of all, by either
// rule; a measurement of each metric seen, for kMaxThinnedNames of them; and between these,
// measurements that are spread over the steps: of those that begin with the same metric, no two
// kept ones are nearer than a gap which is the smallest power of 2 that leaves few enough. Thinning
// what was thinned before, with more behind it, keeps all this. Pure.

#pragma once

#include "tuner/study/measurement.h"

#include <cstddef>
#include <span>
#include <vector>

namespace tuner {

// A trial's measurements in memory: thinned to the first number when there are twice as many.
inline constexpr std::size_t kHeldMeasurements = 500;
inline constexpr std::size_t kMaxThinnedNames = 100;

// Which of the measurements stay: at most `most`, and those that are guaranteed.
std::vector<bool> choose_thinned(
    const std::vector<Measurement>& measurements,
    std::span<const Objective> objectives,
    std::size_t most
);

// Thins the measurements of a trial to kHeldMeasurements, once there are twice as many.
void thin_out_if_long(
    std::vector<Measurement>& measurements, std::span<const Objective> objectives
);

}  // namespace tuner
