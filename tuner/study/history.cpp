#include "tuner/study/history.h"

#include <algorithm>

namespace tuner {

std::int64_t History::count(TrialState state) const {
    return std::count_if(trials.begin(), trials.end(), [&](const Trial& trial) {
        return trial.state == state;
    });
}

const Trial* History::best() const {
    const Trial* best = nullptr;
    for (const Trial& trial : trials) {
        if (trial.state == TrialState::completed && trial.outcome &&
            (best == nullptr ||
             is_better(config.objective().goal, *trial.objective(), *best->objective()))) {
            best = &trial;
        }
    }
    return best;
}

}  // namespace tuner
