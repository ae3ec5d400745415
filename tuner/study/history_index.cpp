#include "tuner/study/history_index.h"

#include "tuner/base/contract.h"

#include <algorithm>
#include <span>

namespace tuner {

namespace {

bool is_open(const Trial& trial) {
    return !is_final(trial.state);
}

bool has_result(const Trial& trial) {
    return trial.state == TrialState::completed ||
           (trial.state == TrialState::pruned && trial.outcome);
}

std::span<const Trial> later(const std::vector<Trial>& trials, std::size_t size) {
    expects(size <= trials.size(), "the trials of a history are only added");
    return std::span(trials).subspan(size);
}

// Among the rows in `open` and those after the first `size`.
std::int64_t count_unsettled(
    const std::vector<Trial>& trials,
    const std::vector<std::size_t>& open,
    std::size_t size,
    bool (*is)(const Trial&)
) {
    const auto rest = later(trials, size);
    return std::count_if(
               open.begin(), open.end(), [&](std::size_t row) { return is(trials[row]); }
           ) +
           std::count_if(rest.begin(), rest.end(), is);
}

}  // namespace

void HistoryIndex::update(const std::vector<Trial>& trials) {
    for (const Trial& trial : later(trials, size_)) {
        open_.push_back(size_);
        by_fingerprint_.emplace(trial.assignment.fingerprint(), size_);
        ++origins_[trial.provenance.origin];
        ++size_;
    }
    std::erase_if(open_, [&](std::size_t row) {
        results_ += has_result(trials[row]) ? 1 : 0;
        return !is_open(trials[row]);
    });
}

bool HistoryIndex::has_tried(const std::vector<Trial>& trials, const Assignment& assignment) const {
    const auto [first, last] = by_fingerprint_.equal_range(assignment.fingerprint());
    const auto is_of = [&](const Trial& trial) {
        return is_same_point(trial.assignment, assignment);
    };
    const auto rest = later(trials, size_);
    return std::any_of(
               first, last, [&](const auto& entry) { return is_of(trials[entry.second]); }
           ) ||
           std::any_of(rest.begin(), rest.end(), is_of);
}

std::int64_t HistoryIndex::count_results(const std::vector<Trial>& trials) const {
    return results_ + count_unsettled(trials, open_, size_, has_result);
}

std::int64_t HistoryIndex::count_open(const std::vector<Trial>& trials) const {
    return count_unsettled(trials, open_, size_, is_open);
}

std::int64_t HistoryIndex::count(const std::vector<Trial>& trials, Origin origin) const {
    const auto rest = later(trials, size_);
    const auto known = origins_.find(origin);
    return (known == origins_.end() ? 0 : known->second) +
           std::count_if(rest.begin(), rest.end(), [&](const Trial& trial) {
               return trial.provenance.origin == origin;
           });
}

}  // namespace tuner
