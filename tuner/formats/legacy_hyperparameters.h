// `hyperparameters` of the legacy dialect: the goal, the space, how many trials, which optimizer.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/study_config.h"

namespace tuner::legacy {

// Puts what the mapping says into `config`; what is wrong goes to the findings.
void read_hyperparameters(const YamlNode& node, Findings& findings, StudyConfig& config);

}  // namespace tuner::legacy
