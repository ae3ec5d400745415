#include "tuner/cli/progress.h"

#include "tuner/base/log.h"
#include "tuner/cli/printable.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMaxRunningLines = 12;
constexpr std::size_t kBestLines = 5;
constexpr std::size_t kMaxBarWidth = 40;
constexpr const char* kGreen = "32";
constexpr const char* kRed = "31";
constexpr const char* kCyan = "36";
constexpr const char* kBold = "1";

std::string text_or_empty(const Json& object, const char* name) {
    return object.contains(name) && object.at(name).is_string()
               ? printable(object.at(name).get<std::string>())
               : "";
}

std::optional<double> number_or_none(const Json& object, const std::string& name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number() ? std::optional(found->get<double>())
                                                       : std::nullopt;
}

std::optional<TimePoint> time_or_none(const Json& object, const char* name) {
    const auto time = from_rfc3339(text_or_empty(object, name));
    return time ? std::optional(*time) : std::nullopt;
}

std::string number_text(std::optional<double> value) {
    return value ? fmt::format("{:.6g}", *value) : "-";
}

std::string fields_text(const Json& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters.items()) {
        const std::string shown = cell_text(value, Digits::few);
        text += fmt::format(" {}={}", printable(name), log::quoted(shown));
    }
    return text;
}

}  // namespace

void Progress::set_study(const Json& study) {
    id_ = text_or_empty(study, "id");
    goal_ = text_or_empty(study, "goal");
    metric_ = text_or_empty(study, "metric");
    state_ = text_or_empty(study, "state");
    reason_ = text_or_empty(study, "reason");
    message_ = text_or_empty(study, "message");
    max_trials_ = study.value("maxTrials", std::int64_t{0});
    max_parallel_ = std::max<std::int64_t>(study.value("maxParallelTrials", std::int64_t{1}), 1);
    created_ = time_or_none(study, "createTime");
}

void Progress::set_trial(const Json& trial) {
    TrialLine& line = trials_[trial.at("id").get<std::int64_t>()];
    line.state = text_or_empty(trial, "state");
    line.parameters = parameters_text(trial.at("parameters"));
    line.flags = fields_text(trial.at("parameters"));
    line.objective = number_or_none(trial, "objective");
    line.latest = number_or_none(trial.at("metrics"), metric_);
    const auto step = trial.find("step");
    line.step = step != trial.end() && step->is_number_integer()
                    ? std::optional(step->get<std::int64_t>())
                    : std::nullopt;
    line.started = time_or_none(trial, "startTime");
    line.ended = time_or_none(trial, "endTime");
    line.reason = text_or_empty(trial, "reason");
}

void Progress::apply(const Json& event) {
    const auto after = event.find("after");
    if (after == event.end() || !after->is_object()) {
        return;
    }
    if (text_or_empty(event, "kind").starts_with("study_")) {
        set_study(*after);
    } else {
        set_trial(*after);
    }
}

bool Progress::is_over() const {
    return state_ != "running" && count("running") == 0;
}

std::int64_t Progress::count(const char* state) const {
    return std::count_if(trials_.begin(), trials_.end(), [&](const auto& entry) {
        return entry.second.state == state;
    });
}

std::int64_t Progress::ended() const {
    return count("completed") + count("pruned") + count("failed") + count("cancelled");
}

std::vector<Progress::Trials::const_iterator> Progress::best_first() const {
    std::vector<Trials::const_iterator> best;
    for (auto trial = trials_.begin(); trial != trials_.end(); ++trial) {
        if (trial->second.state == "completed" && trial->second.objective) {
            best.push_back(trial);
        }
    }
    const bool minimize = goal_ == "minimize";
    std::stable_sort(best.begin(), best.end(), [&](auto a, auto b) {
        const double x = *a->second.objective;
        const double y = *b->second.objective;
        return minimize ? x < y : x > y;
    });
    return best;
}

// What is left, if trials go on to take as long as the completed ones did: an aim, not a promise.
std::optional<Duration> Progress::remaining(TimePoint now) const {
    Duration total{0};
    std::int64_t completed = 0;
    Duration running{0};
    for (const auto& [id, trial] : trials_) {
        if (trial.state == "completed" && trial.started && trial.ended) {
            total += *trial.ended - *trial.started;
            ++completed;
        }
    }
    if (completed == 0 || state_ != "running") {
        return std::nullopt;
    }
    const Duration mean = total / completed;
    for (const auto& [id, trial] : trials_) {
        if (trial.state == "running" && trial.started) {
            running += std::max(mean - (now - *trial.started), Duration{0});
        }
    }
    const std::int64_t waiting =
        std::max<std::int64_t>(max_trials_ - ended() - count("running"), 0);
    return (mean * waiting + running) / max_parallel_;
}

std::string Progress::title() const {
    return fmt::format(
        "study {}   {}   {} {}   {} trials, {} at a time",
        painted(kBold, id_),
        state_,
        goal_,
        metric_,
        max_trials_,
        max_parallel_
    );
}

std::string Progress::bar(std::size_t width) const {
    const auto total = static_cast<double>(std::max<std::int64_t>(max_trials_, 1));
    const auto columns = [&](std::int64_t trials) {
        const double share = std::min(static_cast<double>(trials) / total, 1.0);
        return static_cast<std::size_t>(share * static_cast<double>(width));
    };
    const std::int64_t failed = count("failed");
    const std::int64_t good = ended() - failed;
    const std::size_t until_good = columns(good);
    const std::size_t until_failed = columns(good + failed);
    const std::size_t until_running = columns(good + failed + count("running"));
    return "[" + painted(kGreen, std::string(until_good, '#')) +
           painted(kRed, std::string(until_failed - until_good, 'x')) +
           painted(kCyan, std::string(until_running - until_failed, '>')) +
           std::string(width - until_running, '.') + "]";
}

std::string Progress::counts() const {
    std::string text = fmt::format("{}/{}", ended(), max_trials_);
    for (const auto* state : {"completed", "pruned", "failed", "cancelled", "running"}) {
        if (const std::int64_t trials = count(state); trials > 0) {
            text += fmt::format("   {} {}", trials, state);
        }
    }
    return text;
}

std::string Progress::times(TimePoint now) const {
    std::string text;
    if (created_ && now >= *created_) {
        text += "   " + to_readable(now - *created_);
    }
    if (const auto left = remaining(now)) {
        text += fmt::format(", about {} left", to_readable(*left));
    }
    return text;
}

std::string Progress::running_line(std::int64_t id, const TrialLine& trial, TimePoint now) const {
    std::string text = fmt::format("{:>5}  {:>10}", id, number_text(trial.latest));
    text += trial.step ? fmt::format(" @{:<6}", *trial.step) : std::string(8, ' ');
    const bool has_time = trial.started && now >= *trial.started;
    text += fmt::format("{:>7}   ", has_time ? to_readable(now - *trial.started) : "-");
    return text + trial.parameters;
}

std::vector<std::string> Progress::render(std::size_t width, TimePoint now) const {
    const std::string right = counts() + times(now);
    const std::size_t room = width > right.size() + 5 ? width - right.size() - 5 : 0;
    std::vector<std::string> lines{title()};
    lines.push_back(bar(std::clamp(room, std::size_t{10}, kMaxBarWidth)) + " " + right);
    std::size_t shown = 0;
    for (const auto& [id, trial] : trials_) {
        if (trial.state == "running" && shown++ < kMaxRunningLines) {
            if (shown == 1) {
                lines.push_back(fmt::format("running  {}", metric_));
            }
            lines.push_back(running_line(id, trial, now));
        }
    }
    if (shown > kMaxRunningLines) {
        lines.push_back(fmt::format("       and {} more", shown - kMaxRunningLines));
    }
    auto best = best_first();
    best.resize(std::min(best.size(), kBestLines));
    for (std::size_t i = 0; i < best.size(); ++i) {
        if (i == 0) {
            lines.push_back(fmt::format("best     {}", metric_));
        }
        const auto& [id, trial] = *best[i];
        lines.push_back(fmt::format(
            "{:>5}  {:>10}{:18}{}", id, number_text(trial.objective), "", trial.parameters
        ));
    }
    for (std::size_t i = colour_ ? 2 : 0; i < lines.size(); ++i) {
        lines[i] = cut_to_width(lines[i], width);
    }
    return lines;
}

std::string Progress::best_fields() const {
    const auto best = best_first();
    if (best.empty()) {
        return "";
    }
    const auto& [id, trial] = *best.front();
    return fmt::format(" best={} best_trial={}", number_text(trial.objective), id);
}

std::string Progress::trial_fields(std::int64_t id, const TrialLine& trial) const {
    std::string text = fmt::format(" trial={} state={}", id, trial.state);
    if (trial.objective) {
        text += fmt::format(" {}={}", metric_, number_text(trial.objective));
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
    const std::string kind = text_or_empty(event, "kind");
    std::string line = fmt::format("{} event={}", text_or_empty(event, "time"), kind);
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

std::string Progress::painted(const char* colour, const std::string& text) const {
    return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : text;
}

}  // namespace tuner
