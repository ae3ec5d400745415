// conclude() decides what the end of an attempt means for its trial. It is pure: the trial and the
// exit in, the trial as it is after out: completed, pruned, failed, cancelled, or pending again.
//
// A trial that is stopped early is pruned however its trainer ends, unless it had ended well before
// the word came: then it is completed. Its last value stays as its outcome; one that is not finite
// makes it infeasible, as at any end.
//
// The trainer's own failures are rerun up to maxRetries times; the machine's (lost attempts) apart
// from these, up to kMaxInfrastructureRetries times with a back-off; an attempt that was never let
// go costs nothing.

#pragma once

#include "tuner/base/random.h"
#include "tuner/base/time.h"
#include "tuner/study/attempt.h"
#include "tuner/study/study_config.h"
#include "tuner/study/trial.h"

namespace tuner {

inline constexpr std::int64_t kMaxInfrastructureRetries = 3;
inline constexpr Duration kFirstBackoff{10'000};
inline constexpr Duration kLongestBackoff{360'000};

// Why the attempt was told to stop, if it was.
enum class StopPurpose {
    none,
    requeue,  // the study pauses: the trial will run again
    prune,    // the trial comes to nothing (Trial::prune_reason): it is over
    cancel,   // the study ended: the trial is over
};

// `trial` must be running. Its measurements are those of the attempt.
Trial conclude(
    Trial trial,
    const AttemptExit& exit,
    const StudyConfig& config,
    StopPurpose purpose,
    TimePoint now
);

// How long a trial waits after its `retries`-th loss (from 1): 10 s doubling to 6 min, spread by a
// quarter.
Duration infrastructure_backoff(std::int64_t retries, Rng& rng);

}  // namespace tuner
