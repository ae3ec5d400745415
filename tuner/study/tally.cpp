#include "tuner/study/tally.h"

#include "tuner/base/contract.h"

#include <numeric>
#include <tuple>

namespace tuner {

namespace {

bool is_failure(const Trial& trial) {
    return trial.state == TrialState::failed && trial.failure->kind != FailureKind::infeasible;
}

}  // namespace

Tally::Tally(std::span<const Trial> trials) {
    for (const Trial& trial : trials) {
        add(trial);
    }
}

void Tally::add(const Trial& trial) {
    ++counts_[index(trial.state)];
    if (trial.state == TrialState::pending) {
        pending_.insert(trial.id);
    }
    if (!is_failure(trial)) {
        return;
    }
    ++failures_;
    LastFailure failure{trial.id, *trial.ended, trial.failure->message};
    if (!last_failure_ || std::tie(failure.ended, failure.trial) >=
                              std::tie(last_failure_->ended, last_failure_->trial)) {
        last_failure_ = std::move(failure);
    }
}

// A failure is for ever, so the last one never has to be found again.
void Tally::remove(const Trial& trial) {
    expects(!is_final(trial.state), "a trial that has ended does not change");
    --counts_[index(trial.state)];
    pending_.erase(trial.id);
}

void Tally::change(const Trial& before, const Trial& after) {
    expects(before.id == after.id, "a change is one of the same trial");
    remove(before);
    add(after);
}

std::int64_t Tally::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t Tally::judged() const {
    return count(TrialState::completed) + count(TrialState::pruned) + count(TrialState::failed);
}

}  // namespace tuner
