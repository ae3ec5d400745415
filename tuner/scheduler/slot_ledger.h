// The SlotLedger is the daemon's one book of who holds what of the machine, and of the studies that
// wait for some of it.
//
// A study that wants more than there is joins a line. Who came first goes first: a study gets
// nothing of which an earlier one in the line is short, however little it asks for, so that small
// trials cannot keep a large one out for ever; what the earlier ones do not ask for is free to it.
// While others wait for the same, a study gets one trial at a time and then stands last. One that
// asks for more than the machine has holds nobody up. Whoever waits is woken by each change. Loop
// thread only.

#pragma once

#include "tuner/scheduler/slots.h"
#include "tuner/study/attempt.h"

#include <compare>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

// One trial; it never has two attempts alive.
struct Holder {
    StudyKey study;
    TrialId trial;

    friend auto operator<=>(const Holder&, const Holder&) = default;
};

class SlotLedger {
  public:
    using Wake = std::function<void()>;

    explicit SlotLedger(const Machine& machine) : slots_(machine) {}

    // How many trials with this request the study may start now.
    std::int64_t count_fitting(StudyKey study, const Resources& request) const;

    // Takes what a trial of study `name` asks for, if the study may have it now; it then leaves the
    // line.
    std::optional<Holding> take(Holder holder, const std::string& name, const Resources& request);

    // A trial has this already: it was on record.
    void hold(Holder holder, const std::string& name, const Holding& holding);

    // The trial is over, or was never begun; nothing when it holds nothing.
    void release(Holder holder);

    // Whether the trial holds something.
    bool holds(Holder holder) const { return entries_.contains(holder); }

    // The trials of a study that hold something.
    std::vector<TrialId> holders_of(StudyKey study) const;

    // The study wants more than it may have now; it keeps its place in the line if it has one.
    void wait(StudyKey study, const std::string& name, const Resources& request, Wake wake);

    // The study wants nothing now.
    void leave(StudyKey study);

    // Why a trial of the study cannot be started now: "waits for 1 gpu: 2 of 2 are held by trials
    // 3, 4 of mnist-1". Empty when it can.
    std::string describe_shortage(StudyKey study, const Resources& request) const;

  private:
    struct Entry {
        std::string name;
        Holding holding;
    };

    struct Waiter {
        StudyKey study;
        std::string name;
        Resources request;
        Wake wake;
    };

    const Waiter* first_in_the_way(StudyKey study, const Resources& request) const;
    std::string describe_holders(const std::function<bool(const Resources&)>& counts) const;
    void wake_all() const;

    Slots slots_;
    std::map<Holder, Entry> entries_;
    std::list<Waiter> line_;
};

}  // namespace tuner
