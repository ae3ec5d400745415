// A Lease is how long a client may keep the trial that it was given: as long as it says something
// within the study's `stallTimeout`, and no longer than its `timeout`. Without these, for ever.
//
// A client that falls silent is taken for dead, and its trial goes to the next who asks. That is no
// verdict: should it come back, what it tells counts as long as nobody else has told. Times are
// boot time. A daemon that slept (SIGSTOP, a suspended machine) has heard nobody meanwhile, so it
// ends nothing when it wakes and takes everybody for heard. Leases are not on record: a daemon that
// starts begins them anew. Pure.

#pragma once

#include "tuner/base/time.h"
#include "tuner/study/attempt.h"
#include "tuner/study/study_config.h"

#include <optional>

namespace tuner {

struct Lease {
    Duration given{0};  // when
    Duration heard{0};  // when the client last said something

    friend bool operator==(const Lease&, const Lease&) = default;
};

// How a lease ends if nothing more is heard.
struct LeaseEnd {
    Duration at{0};
    AttemptExit exit;  // lost, or timed_out
};

// Nothing when it never does.
std::optional<LeaseEnd> end_of(const Lease& lease, const Limits& limits);

inline constexpr Duration kPromptAlarm{1'000};  // as late as an alarm is by itself

// Whether whoever wakes at `now` by an alarm for `due` has slept.
bool has_overslept(Duration due, Duration now);

}  // namespace tuner
