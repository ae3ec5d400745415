// Resources are what one trial takes of its machine while it runs. A plain value; zero means that
// the trial does not say, and so takes nothing that others would have to wait for.

#pragma once

#include <cstdint>

namespace tuner {

struct Resources {
    std::int64_t cpus = 0;          // whole ones
    std::int64_t gpus = 0;          // whole ones, handed out as a set
    std::int64_t memory_bytes = 0;  // kept free by counting, not enforced

    friend bool operator==(const Resources&, const Resources&) = default;
};

}  // namespace tuner
