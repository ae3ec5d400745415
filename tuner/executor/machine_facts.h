// What this machine has to hand out to trials, as the kernel, the cgroup and the GPU driver tell.
//
// Read once when a daemon starts; config/tuner.yaml may say otherwise (formats/tuner_yaml.h). What
// cannot be read is taken as not limited, and a machine whose GPUs cannot be seen has none.

#pragma once

#include "tuner/study/machine.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tuner {

// Where the facts are read; other places for tests.
struct MachineSources {
    std::filesystem::path proc = "/proc";
    std::filesystem::path cgroups = "/sys/fs/cgroup";
    std::filesystem::path dev = "/dev";
    std::optional<std::string> cuda_visible_devices;    // of the environment
    std::optional<std::string> nvidia_visible_devices;  // likewise
    std::int64_t affinity = 0;                          // CPUs that this process may run on

    static MachineSources of_this_process();
};

// CPUs of the affinity within the cgroup's quota, rounded down, at least one; memory of the machine
// within the cgroup's limit; the GPUs of CUDA_VISIBLE_DEVICES, else those that the driver knows,
// unless NVIDIA_VISIBLE_DEVICES says none.
Machine find_machine(const MachineSources& sources = MachineSources::of_this_process());

}  // namespace tuner
