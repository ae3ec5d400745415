// next_plan() decides what a study does next. It is pure: the study, the tally of its trials and a
// few facts in, a Plan out.
//
// The StudyRunner carries a plan out and asks again until there is nothing to do but wait. Trials
// that wait to be run again go before new ones; never more than maxParallelTrials run at once, and
// never more than fit; never more than maxTrials exist. A new trial is thought of when it fits. In
// a study without a trainer nothing is started here: its trials begin when somebody asks for them.

#pragma once

#include "tuner/base/time.h"
#include "tuner/scheduler/slots.h"
#include "tuner/study/study.h"
#include "tuner/study/tally.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tuner {

// When the first trials of a study without maxFailedTrials all fail, it pauses instead of burning
// its budget (T-39 of the peers' complaints).
inline constexpr std::int64_t kFirstFailures = 3;

// What the decision needs besides the study and its trials.
struct PlanFacts {
    bool exhausted = false;              // the optimizer had fewer suggestions than asked for
    std::int64_t forgiven_failures = 0;  // those before the study was last resumed or loaded
    // Pending trials whose back-off is not over, and when it is.
    std::map<TrialId, TimePoint> waiting;
    std::int64_t fitting = kAnyNumber;  // trials that may be started for what they take
    bool no_room = false;  // the machine refused the last start: disk, descriptors, …
    std::string refusal;   // … in these words
    TimePoint refused_until;
};

struct Plan {
    enum class Step {
        wait,    // until something happens
        launch,  // `relaunch`, then `suggest` new trials
        finish,  // the study ends: `reason`, `message`
        pause,   // likewise, but can be resumed
    };

    Step step = Step::wait;
    std::vector<TrialId> relaunch;  // pending trials, by number
    std::int64_t suggest = 0;       // how many new trials to ask the optimizer for
    bool is_short = false;          // more would be started, if more fitted
    StudyReason reason = StudyReason::none;
    std::string message;
};

Plan next_plan(const Study& study, const Tally& tally, const PlanFacts& facts);

}  // namespace tuner
