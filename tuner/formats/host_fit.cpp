#include "tuner/formats/host_fit.h"

#include "tuner/formats/resource_fields.h"

#include <fmt/format.h>

namespace tuner {

void read_wanted_resources(YamlReader& reader, const Host* host, StudyConfig& config) {
    const YamlNode* node = reader.find("resources");
    if (node == nullptr) {
        return;
    }
    config.resources = read_resources(*node, "resources", reader.findings());
    if (config.resources.gpus > 0 && config.trainer.env.contains("CUDA_VISIBLE_DEVICES")) {
        reader.problem(
            node->at,
            "resources.gpus gives each trial its own CUDA_VISIBLE_DEVICES, which env sets too; "
            "keep one of them"
        );
    }
    if (host != nullptr) {
        for (std::string& line : list_unmet(config.resources, host->machine.capacity())) {
            reader.problem(node->at, std::move(line));
        }
    }
}

bool read_scale_tier(YamlReader& reader, const Host* host, StudyConfig& config) {
    const YamlNode* node = reader.find("scaleTier");
    if (node == nullptr || host == nullptr || reader.find("resources") != nullptr) {
        return false;
    }
    const auto tier = host->scale_tiers.find(node->text);
    if (tier == host->scale_tiers.end()) {
        return false;
    }
    const bool sets_gpus = config.trainer.env.contains("CUDA_VISIBLE_DEVICES");
    Resources wanted = tier->second;
    wanted.gpus = sets_gpus ? 0 : wanted.gpus;
    config.resources = cut_to(wanted, host->machine.capacity());
    std::string text = fmt::format(
        "scaleTier {} is taken as resources: each trial takes {}",
        in_quotes(node->text),
        describe(config.resources)
    );
    for (const std::string& line : list_unmet(wanted, host->machine.capacity())) {
        text += fmt::format(" ({})", line);
    }
    reader.notice(node->at, std::move(text));
    return true;
}

}  // namespace tuner
