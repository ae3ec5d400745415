// tuner.yaml, the daemon's own settings: what the machine has, where it should not be found out,
// and what the names of scale tiers mean here. config/tuner.yaml documents every key.
//
// All problems of a file are found at once, with line, column and what would be right. Pure.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/problem.h"
#include "tuner/study/machine.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tuner {

// As of a file that says nothing; config/tuner.yaml says the same (a test holds them together).
struct TunerConfig {
    std::optional<std::int64_t> cpus;
    std::optional<std::int64_t> memory_bytes;
    std::optional<std::vector<Gpu>> gpus;
    ScaleTiers scale_tiers{{"BASIC_GPU", {0, 1, 0}}};

    friend bool operator==(const TunerConfig&, const TunerConfig&) = default;
};

// The settings of a document, or every problem of it in order of place.
tl::expected<TunerConfig, std::vector<Problem>> parse_tuner_yaml(std::string_view text);

// The machine with what the settings say over what was found.
Machine adjusted(Machine found, const TunerConfig& config);

// GPUs by the names in a list like CUDA_VISIBLE_DEVICES: numbers name themselves, others ("GPU-…",
// "MIG-…") get their places in the list. Empty when one of them is no name or is there twice.
std::vector<Gpu> to_gpus(const std::vector<std::string>& names);

}  // namespace tuner
