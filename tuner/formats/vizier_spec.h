// `studySpec` of the Vizier dialect: the metrics, the space, which optimizer, when to stop.

#pragma once

#include "tuner/formats/unused_fields.h"
#include "tuner/formats/yaml_document.h"
#include "tuner/study/study_config.h"

#include <cstdint>
#include <optional>

namespace tuner::vizier {

// Puts what the mapping says into `config`; what is wrong goes to the findings. The answer is the
// study's own limit of trials, when it has one.
std::optional<std::int64_t> read_study_spec(
    const YamlNode& node, Findings& findings, UnusedFields& unused, StudyConfig& config
);

}  // namespace tuner::vizier
