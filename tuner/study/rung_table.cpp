#include "tuner/study/rung_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tuner {

namespace {

bool stands_before(double a, double b, Goal goal) {
    if (std::isnan(a) || std::isnan(b)) {
        return !std::isnan(a) && std::isnan(b);
    }
    return is_better(goal, a, b);
}

// What is worse than every number: the goal's own infinity.
double worst(Goal goal) {
    const double infinity = std::numeric_limits<double>::infinity();
    return goal == Goal::minimize ? infinity : -infinity;
}

}  // namespace

std::optional<double> cut_off(std::vector<double> results, std::int64_t eta, Goal goal) {
    const auto n = static_cast<std::int64_t>(results.size());
    if (n < eta) {
        return std::nullopt;
    }
    const auto place = results.begin() + (n / eta - 1);
    std::nth_element(results.begin(), place, results.end(), [&](double a, double b) {
        return stands_before(a, b, goal);
    });
    return std::isnan(*place) ? worst(goal) : *place;
}

bool misses(double result, double cut_off, Goal goal) {
    return stands_before(cut_off, result, goal);
}

std::vector<Rung> rung_table(const CurveBook& book) {
    std::vector<Rung> table;
    std::vector<std::vector<double>> results;
    std::vector<double> best;
    for (const TrialCurve& trial : book.trials()) {
        for (std::size_t k = 0; k < trial.rungs.size(); ++k) {
            if (k == table.size()) {
                table.push_back({static_cast<std::int64_t>(k), trial.rungs[k].rung, 0, {}, 0, {}});
                results.emplace_back();
                best.push_back(worst(book.goal()));
            }
            const double value = trial.rungs[k].value;
            ++table[k].reached;
            results[k].push_back(value);
            if (!table[k].best || stands_before(value, best[k], book.goal())) {
                table[k].best = trial.trial;
                best[k] = value;
            }
        }
        if (trial.state == TrialState::pruned && !trial.rungs.empty()) {
            ++table[trial.rungs.size() - 1].stopped;
        }
    }
    for (std::size_t k = 0; k < table.size(); ++k) {
        table[k].cut_off = cut_off(results[k], book.rule().eta, book.goal());
    }
    return table;
}

}  // namespace tuner
