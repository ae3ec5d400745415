// The lines of a Progress in a pipe.

#include "tuner/base/log.h"
#include "tuner/cli/progress.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

// The events are our own server's: kinds and times are plain words.
std::string word(const Json& event, const char* name) {
    const auto found = event.find(name);
    return found != event.end() && found->is_string() ? log::quoted(found->get<std::string>()) : "";
}

}  // namespace

std::string Progress::best_fields() const {
    if (ranked_.empty()) {
        return "";
    }
    const std::int64_t id = ranked_.begin()->second;
    return fmt::format(" best={:.6g} best_trial={}", *trials_.at(id).objective, id);
}

std::string Progress::trial_fields(std::int64_t id, const TrialLine& trial) const {
    std::string text = fmt::format(" trial={} state={}", id, trial.state);
    if (trial.objective) {
        text += fmt::format(" {}={}", metric_, fmt::format("{:.6g}", *trial.objective));
    }
    if (trial.started && trial.ended && *trial.ended >= *trial.started) {
        const auto seconds = std::chrono::duration<double>(*trial.ended - *trial.started).count();
        text += fmt::format(" seconds={:.1f}", seconds);
    }
    if (!trial.reason.empty()) {
        text += " reason=" + log::quoted(trial.reason);
    }
    return text + best_fields();
}

std::optional<std::string> Progress::line_for(const Json& event) const {
    const std::string kind = word(event, "kind");
    std::string line = fmt::format("{} event={}", word(event, "time"), kind);
    if (kind == "study_created" || kind == "study_changed") {
        line += fmt::format(" study={} state={}", id_, state_);
        line += reason_.empty() ? "" : " reason=" + reason_;
        line += message_.empty() ? "" : " message=" + log::quoted(message_);
        line += fmt::format(" ended={}/{}", ended(), max_trials_);
        return line + best_fields();
    }
    const auto number = event.find("trial");
    const bool has_trial = number != event.end() && number->is_number_integer();
    const auto trial = has_trial ? trials_.find(number->get<std::int64_t>()) : trials_.end();
    if (trial == trials_.end()) {
        return std::nullopt;
    }
    if (kind == "trial_started") {
        return line + fmt::format(" trial={}", trial->first) + trial->second.flags;
    }
    if (kind == "trial_requeued") {
        return line + fmt::format(" trial={}", trial->first);
    }
    if (kind == "trial_ended") {
        return line + trial_fields(trial->first, trial->second);
    }
    return std::nullopt;
}

}  // namespace tuner
