#include "tuner/study/ranking.h"

#include <algorithm>
#include <tuple>

namespace tuner {

namespace {

// 0 completed, 1 pruned with a value, 2 the rest.
int merit_class(const Trial& trial) {
    if (!trial.outcome) {
        return 2;
    }
    return trial.state == TrialState::completed ? 0 : 1;
}

bool stands_before(const Trial& a, const Trial& b, Goal goal) {
    const int class_a = merit_class(a);
    const int class_b = merit_class(b);
    if (class_a != class_b) {
        return class_a < class_b;
    }
    if (class_a < 2 && *a.objective() != *b.objective()) {
        return is_better(goal, *a.objective(), *b.objective());
    }
    return a.id < b.id;
}

}  // namespace

std::vector<RankedTrial> rank(std::span<const Trial> trials, const Objective& objective) {
    std::vector<RankedTrial> order(trials.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i].index = i;
    }
    std::sort(order.begin(), order.end(), [&](const RankedTrial& a, const RankedTrial& b) {
        return stands_before(trials[a.index], trials[b.index], objective.goal);
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Trial& trial = trials[order[i].index];
        if (merit_class(trial) != 0) {
            break;
        }
        const bool ties = i > 0 && *trials[order[i - 1].index].objective() == *trial.objective();
        order[i].rank = ties ? *order[i - 1].rank : static_cast<std::int64_t>(i) + 1;
    }
    return order;
}

std::vector<RankedTrial> rank(const History& history) {
    const Objective none;
    return rank(history.trials, history.config.is_plain() ? none : history.config.objective());
}

}  // namespace tuner
