// A Ranking is trials in order of merit: completed ones by objective, then pruned ones by theirs,
// then the trials without a result (running, pending, failed, cancelled) by number. Only completed
// trials have a rank; equal objectives share one ("1, 2, 2, 4") and stand in order of number. The
// trial of a plain run has none: there is nothing to compare.

#pragma once

#include "tuner/study/history.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tuner {

struct RankedTrial {
    std::size_t index = 0;             // into the trials given
    std::optional<std::int64_t> rank;  // from 1; nothing for a trial that is not ranked

    friend bool operator==(const RankedTrial&, const RankedTrial&) = default;
};

std::vector<RankedTrial> rank(std::span<const Trial> trials, const Objective& objective);

// Likewise, by the objective of its own study.
std::vector<RankedTrial> rank(const History& history);

}  // namespace tuner
