// The words of the Vizier dialect of hyperparam.yaml for the job around a study and the trainer in
// it: the keys of each mapping (contract.md 2.3). schemas/hyperparam.schema.json spells the same
// ones; a test holds the two together.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tuner::vizier {

using namespace std::string_view_literals;

// HyperparameterTuningJob, or no more than its studySpec and trialJobSpec.
inline constexpr std::array kJobKeys{
    "studySpec"sv,
    "trialJobSpec"sv,
    "displayName"sv,
    "name"sv,
    "maxTrialCount"sv,
    "parallelTrialCount"sv,
    "maxFailedTrialCount"sv,
};

// What the service says about a job, and what belongs to it alone.
inline constexpr std::array kServiceKeys{
    "labels"sv,
    "encryptionSpec"sv,
    "trials"sv,
    "state"sv,
    "createTime"sv,
    "startTime"sv,
    "endTime"sv,
    "updateTime"sv,
    "error"sv,
};

// CustomJobSpec, and what a trial takes of this machine.
inline constexpr std::array kTrialJobKeys{
    "workerPoolSpecs"sv, "scheduling"sv, "baseOutputDirectory"sv, "resources"sv};

// What describes Google's machines: accepted, and without meaning here.
inline constexpr std::array kMachineKeys{
    "serviceAccount"sv,
    "network"sv,
    "reservedIpRanges"sv,
    "pscInterfaceConfig"sv,
    "persistentResourceId"sv,
    "protectedArtifactLocationId"sv,
    "tensorboard"sv,
    "enableWebAccess"sv,
    "enableDashboardAccess"sv,
    "experiment"sv,
    "experimentRun"sv,
    "models"sv,
};

inline constexpr std::array kSchedulingKeys{
    "timeout"sv,
    "restartJobOnWorkerRestart"sv,
    "strategy"sv,
    "disableRetries"sv,
    "maxWaitDuration"sv,
};

inline constexpr std::array kOutputKeys{"outputUriPrefix"sv};

inline constexpr std::array kWorkerPoolKeys{
    "containerSpec"sv,
    "pythonPackageSpec"sv,
    "replicaCount"sv,
    "machineSpec"sv,
    "diskSpec"sv,
    "nfsMounts"sv,
};

inline constexpr std::array kContainerKeys{"imageUri"sv, "command"sv, "args"sv, "env"sv};

inline constexpr std::array kPackageKeys{
    "executorImageUri"sv, "packageUris"sv, "pythonModule"sv, "args"sv, "env"sv};

inline constexpr std::array kEnvKeys{"name"sv, "value"sv};

template <std::size_t A, std::size_t B>
constexpr auto joined(
    const std::array<std::string_view, A>& a, const std::array<std::string_view, B>& b
) {
    std::array<std::string_view, A + B> keys;
    std::copy(a.begin(), a.end(), keys.begin());
    std::copy(b.begin(), b.end(), keys.begin() + A);
    return keys;
}

inline constexpr auto kDocumentKeys = joined(kJobKeys, kServiceKeys);
inline constexpr auto kTrialJobSpecKeys = joined(kTrialJobKeys, kMachineKeys);

// The mapping in which a key belongs that stands somewhere else; nothing for an unknown one.
std::optional<std::string_view> section_of(std::string_view key);

}  // namespace tuner::vizier
