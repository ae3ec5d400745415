// describe_waiting() says, for people, why a pending trial does not run now. Pure.

#pragma once

#include "tuner/base/time.h"
#include "tuner/study/study.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tuner {

// What keeps a trial from being started, as far as it is so.
struct Circumstances {
    bool is_passive = false;              // no daemon is at work
    std::string outage;                   // what storage is waited for
    std::int64_t running = 0;             // trials of the study
    std::optional<TimePoint> lost_until;  // the trial's machine was lost: its back-off
    std::string refusal;                  // the machine had no room for the last start …
    TimePoint refused_until;              // … and is asked again then
    std::string shortage;                 // others hold what it takes
};

// One phrase: "waits for 1 gpu: 2 of 2 are held by trials 3, 4 of mnist-1".
std::string describe_waiting(const Study& study, const Circumstances& now);

// "this machine had no room for it (the disk is full); next try at 2026-11-24T10:02:11Z".
std::string describe_refusal(const std::string& why, TimePoint until);

}  // namespace tuner
