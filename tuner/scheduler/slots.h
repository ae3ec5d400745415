// Slots are what is taken and what is free of one machine: the arithmetic of handing out CPUs,
// memory and sets of GPUs. A plain value without a notion of who holds what (slot_ledger.h).
//
// A GPU is given to one holder only. What is on record is held even if it is more than there is: a
// machine may have been made smaller while trials ran.

#pragma once

#include "tuner/study/machine.h"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace tuner {

inline constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

struct Holding {
    Resources amount;                // amount.gpus of them …
    std::vector<std::int64_t> gpus;  // … are these, ascending

    friend bool operator==(const Holding&, const Holding&) = default;
};

class Slots {
  public:
    explicit Slots(const Machine& machine);

    const Resources& capacity() const { return capacity_; }

    // What is not taken; never less than nothing.
    Resources free() const;

    // How many requests like this one could be taken now, one after the other; kAnyNumber when it
    // asks for nothing.
    std::int64_t count_fitting(const Resources& request) const;

    // Takes what is asked for, with the free GPUs of the lowest numbers; nothing when it is not
    // there.
    std::optional<Holding> take(const Resources& request);

    // Takes what somebody has already.
    void hold(const Holding& holding);

    // Gives back what was taken or held.
    void give_back(const Holding& holding);

  private:
    std::vector<std::int64_t> free_gpus() const;

    Resources capacity_;
    std::vector<std::int64_t> gpus_;  // numbers of the machine's
    std::int64_t cpus_taken_ = 0;
    std::int64_t memory_taken_ = 0;
    std::map<std::int64_t, std::int64_t> gpu_holders_;
};

}  // namespace tuner
