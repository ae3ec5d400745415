// How trials run, from `trainingInput` of the legacy dialect: the trainer, its limits, and the
// fields that describe Google's machines and mean nothing here.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

namespace tuner::legacy {

// Reads all of it but `hyperparameters`, which has been read before: both may set maxFailedTrials.
// Without a host, what it asks of the machine is not held against one.
void read_run(YamlReader& reader, const Host* host, StudyConfig& config);

}  // namespace tuner::legacy
