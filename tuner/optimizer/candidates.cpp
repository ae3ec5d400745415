#include "tuner/optimizer/candidates.h"

#include "tuner/optimizer/draw.h"
#include "tuner/optimizer/sobol.h"

#include <algorithm>
#include <numeric>

namespace tuner {

namespace {

// Each coordinate of a perturbed point moves with this chance, or so that two do on average.
constexpr double kMinMoveChance = 0.3;
constexpr double kMovesOnAverage = 2;

// Moves some coordinates by about `step`; levels by one at least.
LatentPoint perturb(const UnitCube& cube, const LatentPoint& from, double step, Rng& rng) {
    const auto& axes = cube.axes();
    const double chance =
        std::max(kMovesOnAverage / static_cast<double>(axes.size()), kMinMoveChance);
    LatentPoint moved = from;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const double coin = rng.uniform();
        if (axes[a].kind() == AxisKind::choice) {
            // Half the moves of a choice stay where they are.
            if (coin < 0.5 * chance) {
                moved[a] = static_cast<double>(rng.below(axes[a].level_count()));
            }
            continue;
        }
        if (coin >= chance) {
            continue;
        }
        const double shift = step * rng.normal();
        moved[a] = axes[a].snap(std::clamp(from[a] + shift, 0.0, 1.0));
        if (axes[a].kind() == AxisKind::levels && moved[a] == axes[a].snap(from[a])) {
            const std::uint64_t level = axes[a].level_of(from[a]);
            const std::uint64_t last = axes[a].level_count() - 1;
            const std::uint64_t next =
                shift < 0 ? std::max<std::uint64_t>(level, 1) - 1 : std::min(level + 1, last);
            moved[a] = axes[a].position_of_level(next);
        }
    }
    return moved;
}

// Everything that differs in one level or one choice.
void add_neighbours(
    const UnitCube& cube, const LatentPoint& of, int scan_choices, std::vector<LatentPoint>& into
) {
    const auto& axes = cube.axes();
    for (std::size_t a = 0; a < axes.size(); ++a) {
        if (axes[a].kind() == AxisKind::real) {
            continue;
        }
        const std::uint64_t level = axes[a].level_of(of[a]);
        std::vector<std::uint64_t> others;
        if (axes[a].kind() == AxisKind::levels) {
            others = {level > 0 ? level - 1 : 1, std::min(level + 1, axes[a].level_count() - 1)};
        } else {
            const auto scanned = static_cast<std::uint64_t>(scan_choices);
            others.resize(std::min(axes[a].level_count(), scanned));
            std::iota(others.begin(), others.end(), std::uint64_t{0});
        }
        for (const std::uint64_t other : others) {
            into.push_back(of);
            into.back()[a] = axes[a].position_of_level(other);
        }
    }
}

}  // namespace

std::vector<LatentPoint> make_candidates(
    const UnitCube& cube,
    const std::vector<EncodedPoint>& anchors,
    const SearchOptions& options,
    Rng& rng
) {
    std::vector<LatentPoint> candidates;
    // The best result itself is where a refinement starts.
    for (const EncodedPoint& anchor : anchors) {
        candidates.push_back(cube.to_latent(anchor, draw_latent(cube, rng)));
    }
    const std::size_t kept = candidates.size();
    const SobolSequence sequence(cube.axes().size(), rng.next());
    for (const auto& uniform : sequence.points(0, static_cast<std::size_t>(options.candidates))) {
        candidates.push_back(cube.spread(uniform));
    }
    for (std::size_t a = 0; a < kept; ++a) {
        for (int i = 0; i < options.perturbations; ++i) {
            const double step = i % 2 == 0 ? options.wide_step : options.narrow_step;
            candidates.push_back(perturb(cube, candidates[a], step, rng));
        }
    }
    if (kept > 0) {
        add_neighbours(cube, LatentPoint(candidates.front()), options.scan_choices, candidates);
    }
    return candidates;
}

}  // namespace tuner
