// How trials run, from `trialJobSpec` of the Vizier dialect: the trainer of the first worker pool,
// its limits, and the fields that describe Google's machines and mean nothing here.

#pragma once

#include "tuner/formats/unused_fields.h"
#include "tuner/formats/yaml_document.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

namespace tuner::vizier {

// Puts what the mapping says into `config`; what is wrong goes to the findings.
void read_trial_job(
    const YamlNode& node,
    const Host* host,
    Findings& findings,
    UnusedFields& unused,
    StudyConfig& config
);

}  // namespace tuner::vizier
