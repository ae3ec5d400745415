// What a study's file asks of the machine, held against the machine that it is to run on.
//
// What a file asks for itself must be there, or it is a problem of the file at its place. What a
// scale tier asks for is somebody else's idea of a machine: it is cut to what there is, with a
// notice. Without a host nothing is checked and tiers mean nothing.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

namespace tuner {

// Reads the key `resources` of `reader`, if it is there.
void read_wanted_resources(YamlReader& reader, const Host* host, StudyConfig& config);

// Takes what the key `scaleTier` asks for, unless `resources` is there; whether it meant anything.
bool read_scale_tier(YamlReader& reader, const Host* host, StudyConfig& config);

}  // namespace tuner
