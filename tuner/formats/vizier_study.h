// The Vizier dialect of hyperparam.yaml: `studySpec:` and `trialJobSpec:`, alone or in a whole
// HyperparameterTuningJob (contract.md 2.3).
//
// What would change how a study runs and is not built yet is refused in so many words or, where
// trials still run as meant, told in a notice; what only describes Google's machines is accepted
// and listed in StudyConfig::unused_fields.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

namespace tuner::vizier {

// Whether a document is in this dialect: by its keys, in either spelling.
bool is_study(const YamlNode& root);

// The fields of a document as a draft for StudyConfig::create. It is whole only when no problem was
// found; name and working folder are the caller's unless the document has a name.
StudyConfig read_study(const YamlNode& root, const Host* host, bool is_asked, Findings& findings);

}  // namespace tuner::vizier
