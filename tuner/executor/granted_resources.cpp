#include "tuner/executor/granted_resources.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::array kThreadVariables = {
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
};

// A GPU that the machine no longer has keeps its number for a name.
std::string name_of_gpu(std::int64_t number, const Machine& machine) {
    const auto found = std::find_if(machine.gpus.begin(), machine.gpus.end(), [&](const Gpu& gpu) {
        return gpu.number == number;
    });
    return found == machine.gpus.end() ? std::to_string(number) : found->name;
}

}  // namespace

void add_granted_resources(
    std::map<std::string, std::string>& env,
    const StudyConfig& config,
    const AttemptRecord& attempt,
    const Machine& machine
) {
    const Resources& resources = config.resources;
    if (!attempt.gpus.empty()) {
        std::vector<std::string> names;
        for (const std::int64_t number : attempt.gpus) {
            names.push_back(name_of_gpu(number, machine));
        }
        env["CUDA_VISIBLE_DEVICES"] = fmt::format("{}", fmt::join(names, ","));
        env["TUNER_GPUS"] = fmt::format("{}", fmt::join(attempt.gpus, ","));
    }
    if (resources.cpus > 0) {
        const std::string cpus = std::to_string(resources.cpus);
        for (const char* variable : kThreadVariables) {
            if (!config.trainer.env.contains(variable)) {
                env[variable] = cpus;
            }
        }
        env["TUNER_CPUS"] = cpus;
    }
    if (resources.memory_bytes > 0) {
        env["TUNER_MEMORY_BYTES"] = std::to_string(resources.memory_bytes);
    }
}

}  // namespace tuner
