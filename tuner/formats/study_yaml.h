// hyperparam.yaml, as users have it, to a StudyConfig: the legacy `trainingInput:` dialect with
// every quirk of contract.md section 2.2 and the keys that product.md section 3 adds, or the Vizier
// dialect, `studySpec:` with `trialJobSpec:` (contract.md 2.3).
//
// All problems of a file are found at once, each with line, column, the value and what would be
// right. The same reader takes JSON, which is YAML. Anchors, aliases and tags are refused; so are
// duplicate and unknown keys. docs/hyperparam.md lists every key.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/problem.h"
#include "tuner/formats/yaml_document.h"
#include "tuner/study/machine.h"
#include "tuner/study/study_config.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct ParsedStudy {
    StudyConfig config;
    // A missing goal that maximizes, machine fields that mean nothing here.
    std::vector<Problem> notices;
};

// What the document does not say itself.
struct StudyYamlContext {
    std::string file;         // as the user typed it: for messages
    std::string working_dir;  // absolute folder of the file
    std::string name;         // the study's name unless the document has one
    // Where it is to run, if that is known: what it asks for must be there.
    const Host* host = nullptr;
    std::optional<std::string> scale_tier = std::nullopt;  // instead of trainingInput.scaleTier
    // Without a trainer, the caller evaluates: a studySpec without a number of trials has no end.
    bool is_asked = false;
};

// The study of a document, or every problem of it in order of place.
tl::expected<ParsedStudy, std::vector<Problem>> parse_study_yaml(
    std::string_view text, const StudyYamlContext& context
);

// The problems with their lines and carets; see problem.h.
std::string to_text(
    const std::vector<Problem>& problems, std::string_view text, const StudyYamlContext& context
);

// The name of a study whose file does not give one: the file's folder for a file called
// hyperparam.yaml, hptuning_config or config, else the file's stem; made safe for ids.
std::string study_name_for(const std::filesystem::path& file);

}  // namespace tuner
