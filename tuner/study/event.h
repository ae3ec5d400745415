// An Event is something that happened to a study, recorded in the same commit as what it tells of
// and announced after.
//
// Events are numbered over the whole database without going back, so a listener that was away asks
// for those after the last number it saw. `measured` events are announced but not recorded: their
// id is 0, the rows are in the trial.

#pragma once

#include "tuner/base/id.h"
#include "tuner/base/time.h"
#include "tuner/study/names.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tuner {

enum class EventKind {
    study_created,
    study_changed,  // state or limits
    study_deleted,
    trial_created,  // pending
    trial_started,
    trial_measured,
    trial_requeued,  // its attempt was interrupted or lost
    trial_ended,     // completed, pruned, failed or cancelled
};

struct Event {
    std::int64_t id = 0;
    TimePoint time;
    EventKind kind = EventKind::study_created;
    std::string study;  // the study's id as users know it
    std::optional<TrialId> trial;
    std::string json;  // the study or trial as it is after, as GET gives it

    friend bool operator==(const Event&, const Event&) = default;
};

template <>
struct Names<EventKind> {
    static constexpr std::array entries{
        named(EventKind::study_created, "study_created"),
        named(EventKind::study_changed, "study_changed"),
        named(EventKind::study_deleted, "study_deleted"),
        named(EventKind::trial_created, "trial_created"),
        named(EventKind::trial_started, "trial_started"),
        named(EventKind::trial_measured, "trial_measured"),
        named(EventKind::trial_requeued, "trial_requeued"),
        named(EventKind::trial_ended, "trial_ended"),
    };
};

}  // namespace tuner
