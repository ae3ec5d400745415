#include "tuner/formats/legacy_study.h"

#include "tuner/formats/legacy_hyperparameters.h"
#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/legacy_run.h"
#include "tuner/formats/study_name.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

void read_name(YamlReader& reader, StudyConfig& config) {
    for (const std::string_view key : {"jobId", "name"}) {
        const auto name = reader.text(key);
        if (!name || name->empty()) {
            continue;
        }
        const Place at = reader.find(key)->at;
        if (name->size() > kMaxStudyNameBytes) {
            reader.problem(
                at,
                fmt::format(
                    "{} has {} characters; at most {} are allowed",
                    key,
                    name->size(),
                    kMaxStudyNameBytes
                )
            );
        } else if (!has_study_name_characters(*name)) {
            reader.problem(
                at,
                fmt::format(
                    "{} {} may have letters, digits and _ - . only, and not begin with - or .",
                    key,
                    in_quotes(*name)
                )
            );
        }
        config.name = *name;
    }
}

void read_training_input(
    const YamlNode& node, const Host* host, Findings& findings, StudyConfig& config
) {
    YamlReader reader(node, "trainingInput", kTrainingInputKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    // Without them it is a plain run; a key with nothing below it is more likely a mistake.
    if (const YamlNode* hyperparameters = reader.find("hyperparameters")) {
        read_hyperparameters(*hyperparameters, findings, config);
    } else if (const YamlNode* empty = node.find("hyperparameters")) {
        reader.problem(
            empty->at, "hyperparameters is empty; list params below it, or remove it to run once"
        );
    }
    read_run(reader, host, config);
}

}  // namespace

StudyConfig read_study(const YamlNode& root, const Host* host, Findings& findings) {
    StudyConfig config;
    YamlReader reader(root, "the document", kDocumentKeys, findings, section_of);
    if (root.kind != YamlKind::mapping) {
        return config;
    }
    read_name(reader, config);
    if (const YamlNode* labels = reader.find("labels")) {
        config.unused_fields.push_back("labels");
        reader.notice(labels->at, "labels mean nothing here and are ignored");
    }
    if (const YamlNode* input = reader.find("trainingInput")) {
        read_training_input(*input, host, findings, config);
    } else if (findings.problems().empty()) {
        reader.problem(
            root.at,
            "trainingInput is missing: a study file begins with trainingInput: or studySpec:"
        );
    }
    return config;
}

}  // namespace tuner::legacy
