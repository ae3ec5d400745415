#include "tuner/scheduler/waiting.h"

#include <fmt/format.h>

namespace tuner {

std::string describe_refusal(const std::string& why, TimePoint until) {
    return fmt::format(
        "this machine had no room for it ({}); next try at {}", why, to_rfc3339(until)
    );
}

std::string describe_waiting(const Study& study, const Circumstances& now) {
    if (study.state == StudyState::paused) {
        return "its study is paused";
    }
    if (study.state != StudyState::running) {
        return "its study is over";
    }
    if (now.is_passive) {
        return "no daemon is at work; tuner serve or tuner run goes on with it";
    }
    if (!now.outage.empty()) {
        return now.outage;
    }
    if (now.lost_until) {
        return fmt::format("was lost; next try at {}", to_rfc3339(*now.lost_until));
    }
    if (!now.refusal.empty()) {
        return describe_refusal(now.refusal, now.refused_until);
    }
    const std::int64_t most = study.config.limits.max_parallel_trials;
    if (now.running >= most) {
        return fmt::format("{} trials run, which is maxParallelTrials", now.running);
    }
    return now.shortage.empty() ? "is about to start" : now.shortage;
}

}  // namespace tuner
