#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/vizier_study_keys.h"

#include <algorithm>
#include <span>

namespace tuner::vizier {

namespace {

struct Section {
    std::string_view name;
    std::span<const std::string_view> keys;
};

constexpr Section kSections[] = {
    {"the document", kJobKeys},
    {"studySpec", kStudySpecKeys},
    {"an item of metrics", kMetricKeys},
    {"an item of parameters", kParameterKeys},
    {"a doubleValueSpec or integerValueSpec", kRangeKeys},
    {"an item of conditionalParameterSpecs", kChildKeys},
    {"studyStoppingConfig", kStudyStoppingKeys},
    {"trialJobSpec", kTrialJobSpecKeys},
    {"an item of workerPoolSpecs", kWorkerPoolKeys},
    {"scheduling", kSchedulingKeys},
    {"containerSpec", kContainerKeys},
    {"pythonPackageSpec", kPackageKeys},
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

}  // namespace tuner::vizier
