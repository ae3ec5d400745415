// The two clocks of the shim: boot time for deadlines (never jumps, counts suspend), wall time for
// people.

#pragma once

#include "tuner/base/time.h"

#include <ctime>

namespace tuner::shim {

inline Duration read_clock(clockid_t id) {
    timespec spec{};
    ::clock_gettime(id, &spec);
    return std::chrono::duration_cast<Duration>(
        std::chrono::seconds(spec.tv_sec) + std::chrono::nanoseconds(spec.tv_nsec)
    );
}

inline Duration boot_time() {
    return read_clock(CLOCK_BOOTTIME);
}

inline TimePoint wall_time() {
    return TimePoint(read_clock(CLOCK_REALTIME));
}

}  // namespace tuner::shim
