// A Tally is what the trials of a study add up to: how many are in each state, which wait to be
// run, how many failed and what the last of these said.
//
// It is kept up to date trial by trial, so that a decision costs the same at the 20,000th trial as
// at the first. A plain value; the tally of a history and the one that has followed its changes are
// equal.

#pragma once

#include "tuner/study/trial.h"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace tuner {

class Tally {
  public:
    // Why a trial failed, for the study's own message.
    struct LastFailure {
        TrialId trial;
        TimePoint ended;
        std::string message;

        friend bool operator==(const LastFailure&, const LastFailure&) = default;
    };

    Tally() = default;
    explicit Tally(std::span<const Trial> trials);

    // Counts a trial that was not there before.
    void add(const Trial& trial);

    // Counts a trial as `after` instead of as `before`; both have one id.
    void change(const Trial& before, const Trial& after);

    std::int64_t count(TrialState state) const { return counts_[index(state)]; }

    // All trials, in whatever state.
    std::int64_t total() const;

    // Those that have a result or a failure: final ones, without the cancelled.
    std::int64_t judged() const;

    // Failed trials, without infeasible points, which are results: what counts against
    // maxFailedTrials.
    std::int64_t failures() const { return failures_; }

    // The failure that ended last, of equals the one of the largest number.
    const std::optional<LastFailure>& last_failure() const { return last_failure_; }

    // The pending trials, by number.
    const std::set<TrialId>& pending() const { return pending_; }

    friend bool operator==(const Tally&, const Tally&) = default;

  private:
    static std::size_t index(TrialState state) { return static_cast<std::size_t>(state); }

    void remove(const Trial& trial);

    std::array<std::int64_t, Names<TrialState>::entries.size()> counts_{};
    std::int64_t failures_ = 0;
    std::optional<LastFailure> last_failure_;
    std::set<TrialId> pending_;
};

}  // namespace tuner
