// A HistoryIndex knows of a history's trials what an optimizer asks for each suggestion, so that
// the twenty-thousandth is thought of as quickly as the hundredth.
//
// It relies on what never changes: trials are only added, each keeps its assignment and its origin,
// and one that has ended stays as it is. So update() takes in each trial once and looks again only
// at those that had not ended. It may be behind: every question is given the trials, and those that
// the index has not taken in are looked at one by one. An index that is never updated is right too.

#pragma once

#include "tuner/study/trial.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace tuner {

class HistoryIndex {
  public:
    // Takes in what is new of `trials`: the same at each call, but for what was added or has ended.
    void update(const std::vector<Trial>& trials);

    bool has_tried(const std::vector<Trial>& trials, const Assignment& assignment) const;

    std::int64_t count_results(const std::vector<Trial>& trials) const;

    std::int64_t count_open(const std::vector<Trial>& trials) const;

    std::int64_t count(const std::vector<Trial>& trials, Origin origin) const;

  private:
    std::size_t size_ = 0;           // how many trials were taken in
    std::vector<std::size_t> open_;  // of these, the ones that had not ended
    std::int64_t results_ = 0;       // of the others, those with a result
    std::unordered_map<Origin, std::int64_t> origins_;
    std::unordered_multimap<std::uint64_t, std::size_t> by_fingerprint_;
};

}  // namespace tuner
