// A Machine is what there is to hand out to trials: CPUs, memory and GPUs, as they were found or as
// config/tuner.yaml says. A Host is a machine and what the names of scale tiers mean on it. Plain
// values.

#pragma once

#include "tuner/study/resources.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tuner {

struct Gpu {
    std::int64_t number = 0;  // by which it is recorded
    std::string name;         // by which CUDA_VISIBLE_DEVICES knows it: "0", or "GPU-8f1c…"

    friend bool operator==(const Gpu&, const Gpu&) = default;
};

struct Machine {
    std::int64_t cpus = 0;
    std::int64_t memory_bytes = 0;
    std::vector<Gpu> gpus;  // ascending by number

    Resources capacity() const {
        return {cpus, static_cast<std::int64_t>(gpus.size()), memory_bytes};
    }

    friend bool operator==(const Machine&, const Machine&) = default;
};

using ScaleTiers = std::map<std::string, Resources>;

struct Host {
    Machine machine;
    ScaleTiers scale_tiers;
};

}  // namespace tuner
