#include "tuner/formats/study_yaml.h"

#include "tuner/formats/legacy_study.h"
#include "tuner/formats/study_name.h"
#include "tuner/formats/vizier_study.h"
#include "tuner/formats/yaml_reader.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace tuner {

namespace {

// File names that say nothing about the study.
constexpr std::string_view kCommonNames[] = {"hyperparam", "hptuning_config", "config"};

constexpr std::string_view kBeginning = "trainingInput: or studySpec:";

// A document in both dialects at once would mean two studies.
bool has_two_dialects(const YamlNode& root, Findings& findings) {
    const auto legacy = std::find_if(root.members.begin(), root.members.end(), [](const auto& m) {
        return to_camel_case(m.key) == "trainingInput";
    });
    if (legacy == root.members.end() || !vizier::is_study(root)) {
        return false;
    }
    findings.problem(
        legacy->at, "trainingInput and studySpec are two ways of writing a study; keep one of them"
    );
    return true;
}

StudyConfig read_study(const YamlNode& root, const StudyYamlContext& context, Findings& findings) {
    if (is_null(root)) {
        findings.problem(
            root.at, fmt::format("the file is empty: a study file begins with {}", kBeginning)
        );
        return {};
    }
    if (root.kind != YamlKind::mapping) {
        findings.problem(
            root.at,
            fmt::format(
                "a study file is a mapping that begins with {}, not {}", kBeginning, describe(root)
            )
        );
        return {};
    }
    if (has_two_dialects(root, findings)) {
        return {};
    }
    if (vizier::is_study(root)) {
        return vizier::read_study(root, context.host, context.is_asked, findings);
    }
    return legacy::read_study(root, context.host, findings);
}

// The member of a mapping in either spelling; null when there is none.
YamlNode* find_member(YamlNode& mapping, std::string_view key) {
    for (YamlMember& member : mapping.members) {
        if (to_camel_case(member.key) == key) {
            return &member.value;
        }
    }
    return nullptr;
}

// The command line's word wins over the document's.
void set_scale_tier(YamlNode& root, const std::string& tier, Findings& findings) {
    YamlNode* input = find_member(root, "trainingInput");
    if (input == nullptr || input->kind != YamlKind::mapping) {
        if (vizier::is_study(root)) {
            findings.problem(root.at, "--scale-tier is for trainingInput; studySpec has no tiers");
        }
        return;
    }
    YamlNode* present = find_member(*input, "scaleTier");
    if (present == nullptr) {
        input->members.push_back({"scaleTier", input->at, {}});
        present = &input->members.back().value;
        present->at = input->at;
    }
    present->kind = YamlKind::scalar;
    present->text = tier;
    present->is_quoted = true;
}

// What no single field could be blamed for.
void check(const YamlNode& root, Result<StudyConfig>& config, Findings& findings) {
    if (!config) {
        std::istringstream lines(config.error().message);
        for (std::string line; std::getline(lines, line);) {
            findings.problem(root.at, line);
        }
    }
}

}  // namespace

tl::expected<ParsedStudy, std::vector<Problem>> parse_study_yaml(
    std::string_view text, const StudyYamlContext& context
) {
    Findings findings;
    auto root = load_yaml(text, findings);
    if (!root) {
        return tl::unexpected(findings.problems());
    }
    if (context.scale_tier) {
        set_scale_tier(*root, *context.scale_tier, findings);
    }
    StudyConfig draft = read_study(*root, context, findings);
    if (!findings.problems().empty()) {
        return tl::unexpected(findings.problems());
    }
    if (draft.name.empty()) {
        draft.name = context.name;
    }
    draft.trainer.working_dir = context.working_dir;
    auto config = StudyConfig::create(std::move(draft));
    check(*root, config, findings);
    if (!config) {
        return tl::unexpected(findings.problems());
    }
    return ParsedStudy{std::move(*config), findings.notices()};
}

std::string to_text(
    const std::vector<Problem>& problems, std::string_view text, const StudyYamlContext& context
) {
    return to_text(problems, text, context.file);
}

std::string study_name_for(const std::filesystem::path& file) {
    const std::string stem = file.stem().string();
    const bool is_common =
        std::find(std::begin(kCommonNames), std::end(kCommonNames), stem) != std::end(kCommonNames);
    const std::string folder = file.parent_path().filename().string();
    return to_study_name(is_common && !folder.empty() ? folder : stem);
}

}  // namespace tuner
