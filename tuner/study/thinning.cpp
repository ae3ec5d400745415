#include "tuner/study/thinning.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace tuner {

namespace {

using Keep = std::vector<bool>;

std::string_view name_of_first(const Measurement& measurement) {
    return measurement.metrics.empty() ? std::string_view() : measurement.metrics.front().name;
}

// Those that are guaranteed.
Keep find_pillars(
    const std::vector<Measurement>& measurements, std::span<const Objective> objectives
) {
    Keep keep(measurements.size(), false);
    keep.front() = keep.back() = true;
    for (const Objective& objective : objectives) {
        for (const auto selection : {MeasurementSelection::last, MeasurementSelection::best}) {
            if (const auto* chosen = select_measurement(measurements, objective, selection)) {
                keep[static_cast<std::size_t>(chosen - measurements.data())] = true;
            }
        }
    }
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < measurements.size() && names.size() < kMaxThinnedNames; ++i) {
        for (const Metric& metric : measurements[i].metrics) {
            keep[i] = keep[i] || names.insert(metric.name).second;
        }
    }
    return keep;
}

// How far apart two steps are, without overflow.
std::uint64_t distance(std::int64_t a, std::int64_t b) {
    const auto low = static_cast<std::uint64_t>(std::min(a, b));
    return static_cast<std::uint64_t>(std::max(a, b)) - low;
}

// The pillars, and what stands at least `gap` from the one before it.
Keep keep_apart(
    const std::vector<Measurement>& measurements, const Keep& pillars, std::uint64_t gap
) {
    Keep keep = pillars;
    std::map<std::string_view, std::int64_t> last_steps;
    for (std::size_t i = 0; i < measurements.size(); ++i) {
        const auto [last, is_first] =
            last_steps.try_emplace(name_of_first(measurements[i]), measurements[i].step);
        if (is_first || distance(measurements[i].step, last->second) >= gap) {
            keep[i] = true;
            last->second = measurements[i].step;
        }
    }
    return keep;
}

std::size_t count(const Keep& keep) {
    return static_cast<std::size_t>(std::count(keep.begin(), keep.end(), true));
}

// For curves that no gap makes short: of many metrics, or back and forth.
void drop_every_second(Keep& keep, const Keep& pillars, std::size_t most) {
    for (std::size_t before = count(keep) + 1; count(keep) > most && count(keep) < before;) {
        before = count(keep);
        bool drop = false;
        for (std::size_t i = 0; i < keep.size(); ++i) {
            if (keep[i] && !pillars[i]) {
                keep[i] = !drop;
                drop = !drop;
            }
        }
    }
}

}  // namespace

std::vector<bool> choose_thinned(
    const std::vector<Measurement>& measurements,
    std::span<const Objective> objectives,
    std::size_t most
) {
    Keep keep(measurements.size(), true);
    if (measurements.size() <= most) {
        return keep;
    }
    const Keep pillars = find_pillars(measurements, objectives);
    for (int bit = 0; bit < 64 && count(keep) > most; ++bit) {
        keep = keep_apart(measurements, pillars, std::uint64_t{1} << bit);
    }
    drop_every_second(keep, pillars, most);
    return keep;
}

void thin_out_if_long(
    std::vector<Measurement>& measurements, std::span<const Objective> objectives
) {
    if (measurements.size() < 2 * kHeldMeasurements) {
        return;
    }
    const Keep keep = choose_thinned(measurements, objectives, kHeldMeasurements);
    std::vector<Measurement> kept;
    kept.reserve(2 * kHeldMeasurements);
    for (std::size_t i = 0; i < measurements.size(); ++i) {
        if (keep[i]) {
            kept.push_back(std::move(measurements[i]));
        }
    }
    measurements = std::move(kept);
}

}  // namespace tuner
