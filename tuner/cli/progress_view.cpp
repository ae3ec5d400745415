// The view of a Progress in a terminal.

#include "tuner/cli/printable.h"
#include "tuner/cli/progress.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kMaxRunningLines = 12;
constexpr std::size_t kBestLines = 5;
constexpr std::size_t kMaxBarWidth = 40;
constexpr const char* kGreen = "32";
constexpr const char* kRed = "31";
constexpr const char* kCyan = "36";
constexpr const char* kBold = "1";

std::string number_text(std::optional<double> value) {
    return value ? fmt::format("{:.6g}", *value) : "-";
}

}  // namespace

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
    if (metric_.empty() && !state_.empty()) {
        return fmt::format("study {}   {}   plain run", painted(kBold, id_), state_);
    }
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

void Progress::add_running(std::vector<std::string>& lines, TimePoint now) const {
    const std::set<std::int64_t>& running = in_state("running");
    std::size_t shown = 0;
    for (auto id = running.begin(); id != running.end() && shown < kMaxRunningLines; ++id) {
        if (shown++ == 0) {
            lines.push_back(fmt::format("running  {}", metric_));
        }
        lines.push_back(running_line(*id, trials_.at(*id), now));
    }
    if (running.size() > kMaxRunningLines) {
        lines.push_back(fmt::format("       and {} more", running.size() - kMaxRunningLines));
    }
}

void Progress::add_best(std::vector<std::string>& lines) const {
    std::size_t shown = 0;
    for (auto best = ranked_.begin(); best != ranked_.end() && shown < kBestLines; ++best) {
        if (shown++ == 0) {
            lines.push_back(fmt::format("best     {}", metric_));
        }
        const TrialLine& trial = trials_.at(best->second);
        lines.push_back(fmt::format(
            "{:>5}  {:>10}{:18}{}", best->second, number_text(trial.objective), "", trial.parameters
        ));
    }
}

std::vector<std::string> Progress::render(std::size_t width, TimePoint now) const {
    const std::string right = counts() + times(now);
    const std::size_t room = width > right.size() + 5 ? width - right.size() - 5 : 0;
    std::vector<std::string> lines{title()};
    lines.push_back(bar(std::clamp(room, std::size_t{10}, kMaxBarWidth)) + " " + right);
    add_running(lines, now);
    add_best(lines);
    for (std::size_t i = colour_ ? 2 : 0; i < lines.size(); ++i) {
        lines[i] = cut_to_width(lines[i], width);
    }
    return lines;
}

std::string Progress::painted(const char* colour, const std::string& text) const {
    return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : text;
}

}  // namespace tuner
