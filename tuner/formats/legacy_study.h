// The legacy dialect of hyperparam.yaml, `trainingInput:` with `hyperparameters:`, with the keys
// that product.md section 3 adds to it. Without `hyperparameters` it is a plain run.
//
// What would change how a study runs and is not built yet is refused in so many words; what only
// describes Google's machines is accepted and listed in StudyConfig::unused_fields.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/study_config.h"

namespace tuner::legacy {

// The fields of a document as a draft for StudyConfig::create. It is whole only when no problem was
// found; name and working folder are the caller's unless the document has a name.
StudyConfig read_study(const YamlNode& root, Findings& findings);

}  // namespace tuner::legacy
