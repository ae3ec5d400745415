// The Diary of one schedule: what happened (kept only when somebody wants to read it), which faults
// were injected, and what should never have been.

#pragma once

#include "tests/support/timeline.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace tuner::simulation {

// What the world does to the daemon and its trainers.
enum class Fault {
    daemon_killed,
    daemon_replaced,
    daemon_frozen,
    daemon_ended,  // politely
    shim_killed,
    reboot,
    other_pids,  // the next daemon runs in another pid namespace
    storage_failed,
    answer_lost,  // committed, but the daemon hears of a failure
    disk_full,
    start_refused,
    start_hopeless,
    trainer_failed,
    nothing_measured,
    not_a_number,
    clock_jumped,
    trial_pruned,  // no fault, but a trainer that is stopped amid them
    count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Fault::count_)> kFaultNames{
    "daemon_killed",
    "daemon_replaced",
    "daemon_frozen",
    "daemon_ended",
    "shim_killed",
    "reboot",
    "other_pids",
    "storage_failed",
    "answer_lost",
    "disk_full",
    "start_refused",
    "start_hopeless",
    "trainer_failed",
    "nothing_measured",
    "not_a_number",
    "clock_jumped",
    "trial_pruned",
};

using FaultCounts = std::array<std::uint64_t, kFaultNames.size()>;

class Diary {
  public:
    Diary(const test::Timeline& timeline, bool keeps_lines)
        : timeline_(timeline), keeps_lines_(keeps_lines) {}

    // One line of what happened; formatted only when it is kept.
    template <class... Values>
    void note(fmt::format_string<Values...> text, Values&&... values) {
        if (keeps_lines_) {
            add_line(fmt::format(text, std::forward<Values>(values)...));
        }
    }

    void inject(Fault fault) {
        ++faults_[static_cast<std::size_t>(fault)];
        note("fault {}", kFaultNames[static_cast<std::size_t>(fault)]);
    }

    void violate(std::string what) {
        note("VIOLATION {}", what);
        violations_.push_back(std::move(what));
    }

    const std::vector<std::string>& lines() const { return lines_; }

    const std::vector<std::string>& violations() const { return violations_; }

    const FaultCounts& faults() const { return faults_; }

  private:
    void add_line(std::string text) {
        lines_.push_back(
            fmt::format("{:12.3f} {}", static_cast<double>(timeline_.now().count()) / 1000, text)
        );
    }

    const test::Timeline& timeline_;
    bool keeps_lines_;
    std::vector<std::string> lines_;
    std::vector<std::string> violations_;
    FaultCounts faults_{};
};

}  // namespace tuner::simulation
