// hyperparam.yaml, as users have it, to a StudyConfig: the legacy `trainingInput:` dialect with
// every quirk of contract.md section 2.2, and the keys that product.md section 3 adds.
//
// All problems of a file are found at once, each with line, column, the value and what would be
// right. The same reader takes JSON, which is YAML. Anchors, aliases and tags are refused; so are
// duplicate and unknown keys.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/study_config.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxProblems = 100;

// One thing that is wrong (or, for notices, worth knowing) at a place of the file. Lines and
// columns count from 1.
struct Problem {
    int line = 1;
    int column = 1;
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

struct ParsedStudy {
    StudyConfig config;
    std::vector<Problem>
        notices;  // a missing goal that maximizes, machine fields that mean nothing here
};

// What the document does not say itself.
struct StudyYamlContext {
    std::string file;         // as the user typed it: for messages
    std::string working_dir;  // absolute folder of the file
    std::string name;         // the study's name unless the document has one
};

// The study of a document, or every problem of it in order of place.
tl::expected<ParsedStudy, std::vector<Problem>> parse_study_yaml(
    std::string_view text, const StudyYamlContext& context
);

// "hyperparam.yaml:9:17: maxValue 8 is less than minValue 512 (parameter batch_size)", then the
// line itself with a caret below the column; for all problems.
std::string to_text(
    const std::vector<Problem>& problems, std::string_view text, const StudyYamlContext& context
);

// The name of a study whose file does not give one: the file's folder for a file called
// hyperparam.yaml, hptuning_config or config, else the file's stem; made safe for ids.
std::string study_name_for(const std::filesystem::path& file);

}  // namespace tuner
