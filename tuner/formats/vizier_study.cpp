#include "tuner/formats/vizier_study.h"

#include "tuner/formats/study_name.h"
#include "tuner/formats/unused_fields.h"
#include "tuner/formats/utf8.h"
#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/vizier_run.h"
#include "tuner/formats/vizier_spec.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner::vizier {

namespace {

// The service's own name of a job that it has run, `projects/…`, is none for a study.
void read_name(YamlReader& reader, UnusedFields& unused, StudyConfig& config) {
    const auto name = reader.text("name");
    if (!name || name->empty()) {
        return;
    }
    const YamlNode& node = *reader.find("name");
    if (name->starts_with("projects/")) {
        unused.add("name", node);
    } else if (name->size() > kMaxStudyNameBytes || !has_study_name_characters(*name)) {
        reader.problem(
            node.at,
            fmt::format(
                "name {} may have letters, digits and _ - . only, at most {}, and not begin with - "
                "or .",
                in_quotes(*name),
                kMaxStudyNameBytes
            )
        );
    } else {
        config.name = *name;
    }
}

// displayName is for people and may have any characters; a study's name may not.
void read_display_name(YamlReader& reader, StudyConfig& config) {
    const auto title = reader.text("displayName");
    if (!title || title->empty()) {
        return;
    }
    const Place at = reader.find("displayName")->at;
    if (const std::size_t count = count_characters(*title); count > kMaxStudyNameBytes) {
        reader.problem(
            at,
            fmt::format(
                "displayName has {} characters; at most {} are allowed", count, kMaxStudyNameBytes
            )
        );
    }
    if (!config.name.empty()) {
        return;
    }
    config.name = to_study_name(*title);
    if (config.name != *title) {
        reader.notice(at, fmt::format("the study's name here is {}", config.name));
    }
}

// `bound` is the limit in studySpec; the smaller one holds.
void read_limits(YamlReader& reader, std::optional<std::int64_t> bound, Limits& limits) {
    const auto count = reader.integer("maxTrialCount", 1, kMaxTrials);
    limits.max_trials = std::min(count.value_or(bound.value_or(1)), bound.value_or(kMaxTrials));
    const bool is_open = reader.find("maxTrialCount") == nullptr && !bound;
    if (is_open && !reader.has_suggested("maxTrialCount")) {
        reader.notice(
            reader.at(),
            "maxTrialCount is not given, so there is one trial; write maxTrialCount: 20"
        );
    }
    limits.max_parallel_trials =
        reader.integer("parallelTrialCount", 1, kMaxParallelTrials).value_or(1);
    limits.max_failed_trials = reader.integer("maxFailedTrialCount", 0, kMaxTrials).value_or(0);
}

}  // namespace

bool is_study(const YamlNode& root) {
    return std::any_of(root.members.begin(), root.members.end(), [](const YamlMember& member) {
        const std::string key = to_camel_case(member.key);
        return key == "studySpec" || key == "trialJobSpec";
    });
}

StudyConfig read_study(const YamlNode& root, const Host* host, bool is_asked, Findings& findings) {
    StudyConfig config;
    config.trainer.is_vizier = true;
    UnusedFields unused;
    YamlReader reader(root, "the document", kDocumentKeys, findings, section_of);
    read_name(reader, unused, config);
    read_display_name(reader, config);
    std::optional<std::int64_t> bound;
    if (const YamlNode* spec = reader.require("studySpec", "studySpec: {metrics: […], …}")) {
        bound = read_study_spec(*spec, findings, unused, config);
    }
    if (is_asked && !bound && reader.find("trialJobSpec") == nullptr) {
        bound = kMaxTrials;  // whoever asks for trials ends it
    }
    read_limits(reader, bound, config.limits);
    if (const YamlNode* job = reader.find("trialJobSpec")) {
        read_trial_job(*job, host, findings, unused, config);
    }
    for (const std::string_view key : kServiceKeys) {
        if (const YamlNode* node = reader.find(key)) {
            unused.add(key, *node);
        }
    }
    unused.report(findings, config);
    return config;
}

}  // namespace tuner::vizier
