// Resources are what one trial takes of its machine while it runs. A plain value; zero means that
// the trial does not say, and so takes nothing that others would have to wait for.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

struct Resources {
    std::int64_t cpus = 0;          // whole ones
    std::int64_t gpus = 0;          // whole ones, handed out as a set
    std::int64_t memory_bytes = 0;  // kept free by counting, not enforced

    bool are_none() const { return cpus == 0 && gpus == 0 && memory_bytes == 0; }

    friend bool operator==(const Resources&, const Resources&) = default;
};

// "2 cpus, 1 gpu and 4 GiB of memory", "nothing".
std::string describe(const Resources& resources);

// "4 GiB", "1.5 GiB", "300 MiB", "17 bytes".
std::string to_memory_text(std::int64_t bytes);

// Why a trial that asks for `wanted` can never run where there is no more than `present`: "a trial
// asks for 4 gpus, this machine has 2", one line for each kind; empty when it can.
std::vector<std::string> list_unmet(const Resources& wanted, const Resources& present);

// No more of each kind than `most` has.
Resources cut_to(const Resources& wanted, const Resources& most);

// Whether both ask for a kind of which there may not be enough for both.
bool share_a_kind(const Resources& a, const Resources& b);

}  // namespace tuner
