// How trials run, from `trainingInput` of the legacy dialect: the trainer, its limits, and the
// fields that describe Google's machines and mean nothing here.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/study_config.h"

namespace tuner::legacy {

// Reads all of it but `hyperparameters`, which has been read before: both may set maxFailedTrials.
void read_run(YamlReader& reader, StudyConfig& config);

}  // namespace tuner::legacy
