// The search space of the Vizier dialect: the tree of `parameters` with their
// conditionalParameterSpecs as the flat list of a SearchSpace.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/study_config.h"

namespace tuner::vizier {

// Reads `parameters` of a studySpec; the algorithm has been read before, because a grid search asks
// more of a space.
void read_space(YamlReader& reader, StudyConfig& config);

}  // namespace tuner::vizier
