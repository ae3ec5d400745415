#include "tuner/scheduler/lease.h"

#include <fmt/format.h>

namespace tuner {

std::optional<LeaseEnd> end_of(const Lease& lease, const Limits& limits) {
    std::optional<LeaseEnd> end;
    if (limits.stall_timeout) {
        end.emplace().at = lease.heard + *limits.stall_timeout;
        end->exit.kind = ExitKind::lost;
        end->exit.message = fmt::format(
            "its client was silent for longer than the stallTimeout of {}",
            to_readable(*limits.stall_timeout)
        );
    }
    if (limits.timeout && (!end || lease.given + *limits.timeout <= end->at)) {
        end.emplace().at = lease.given + *limits.timeout;
        end->exit.kind = ExitKind::timed_out;
    }
    return end;
}

bool has_overslept(Duration due, Duration now) {
    return now - due > kPromptAlarm;
}

}  // namespace tuner
