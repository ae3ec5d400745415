#include "tuner/formats/legacy_keys.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

struct Section {
    std::string_view name;
    std::span<const std::string_view> keys;
};

constexpr Section kSections[] = {
    {"trainingInput", kTrainingInputKeys},
    {"hyperparameters", kHyperparameterKeys},
    {"an item of params", kParameterKeys},
};

}  // namespace

std::optional<std::string_view> section_of(std::string_view key) {
    for (const Section& section : kSections) {
        if (std::find(section.keys.begin(), section.keys.end(), key) != section.keys.end()) {
            return section.name;
        }
    }
    return std::nullopt;
}

void refuse_for_now(YamlReader& reader, std::string_view key, std::string_view instead) {
    const YamlNode* node = reader.find(key);
    if (node != nullptr && !(node->kind == YamlKind::scalar && node->text.empty())) {
        reader.problem(node->at, fmt::format("{} is not supported yet; {}", key, instead));
    }
}

}  // namespace tuner::legacy
