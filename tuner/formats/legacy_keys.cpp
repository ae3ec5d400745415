#include "tuner/formats/legacy_keys.h"

#include "tuner/formats/legacy_stopping_keys.h"

#include <algorithm>

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
    {"stopping", kStoppingKeys},
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

}  // namespace tuner::legacy
