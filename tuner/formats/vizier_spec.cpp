#include "tuner/formats/vizier_spec.h"

#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/vizier_space.h"
#include "tuner/formats/vizier_study_keys.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner::vizier {

namespace {

bool has_blank(const std::string& text) {
    return text.find_first_of(" \t\r\n") != std::string::npos;
}

std::optional<Objective> read_metric(const YamlNode& node, Findings& findings) {
    YamlReader reader(node, "an item of metrics", kMetricKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return std::nullopt;
    }
    const YamlNode* id = reader.require("metricId", "metricId: rmse");
    const auto metric = reader.text("metricId");
    if (metric && (metric->empty() || has_blank(*metric))) {
        reader.problem(
            id->at,
            metric->empty() ? "metricId names no metric"
                            : fmt::format("metricId {} must not have blanks", in_quotes(*metric))
        );
    }
    const auto goal = reader.choice<Goal>("goal", kGoals);
    const YamlNode* goal_node = reader.find("goal");
    const bool is_given = goal_node != nullptr && goal_node->text != "GOAL_TYPE_UNSPECIFIED";
    if (metric && !is_given && !reader.has_suggested("goal")) {
        reader.notice(
            goal_node == nullptr ? node.at : goal_node->at,
            fmt::format(
                "goal is not given, so {} is maximized; write goal: MINIMIZE or goal: MAXIMIZE",
                *metric
            )
        );
    }
    reader.refuse_for_now("safetyConfig", "remove it to search without regard to safety");
    return metric ? std::optional(Objective{*metric, goal.value_or(Goal::maximize)}) : std::nullopt;
}

void read_metrics(YamlReader& reader, StudyConfig& config) {
    const YamlNode* list = reader.require("metrics", "metrics: [{metricId: rmse, goal: MINIMIZE}]");
    const auto items = reader.items("metrics");
    if (list != nullptr && list->kind == YamlKind::sequence && items.empty()) {
        reader.problem(list->at, "metrics is empty; a study needs a metric to rank by");
    }
    for (const YamlNode& item : items) {
        auto objective = read_metric(item, reader.findings());
        if (!objective) {
            continue;
        }
        const bool is_known = std::any_of(
            config.objectives.begin(),
            config.objectives.end(),
            [&](const Objective& other) { return other.metric == objective->metric; }
        );
        if (is_known) {
            reader.problem(
                item.at, fmt::format("metric {} is listed twice", in_quotes(objective->metric))
            );
        }
        config.objectives.push_back(std::move(*objective));
    }
    if (items.size() > 1 && !config.objectives.empty()) {
        reader.notice(
            items[1].at,
            fmt::format(
                "several metrics are not supported yet: {}, the first, ranks the trials and guides "
                "the search; the others are kept",
                config.objectives.front().metric
            )
        );
    }
}

// The convex rule's own numbers (contract.md 2.3): so many measurements of the trial, one trial
// more than that, and a tenth of the run unless it is said otherwise.
void read_convex_rule(YamlReader& rule, Stopping& stopping) {
    constexpr std::int64_t kMeasurements = 5;
    constexpr std::int64_t kShare = 10;
    const std::int64_t needed =
        rule.integer("minMeasurementCount", 0, kMaxTrials - 1).value_or(kMeasurements);
    stopping.min_measurements = std::max<std::int64_t>(needed, 1);
    stopping.min_trials = needed + 1;
    stopping.max_steps = rule.integer("maxStepCount", 0, kMaxInteger).value_or(0);
    stopping.min_steps =
        rule.integer("minStepCount", 0, kMaxInteger - 1).value_or(stopping.max_steps / kShare) + 1;
    for (const std::string_view key : {"learningRateParameterName", "updateAllStoppedTrials"}) {
        if (const YamlNode* node = rule.find(key)) {
            rule.notice(node->at, fmt::format("{} is not used here", key));
        }
    }
    rule.text("learningRateParameterName");
    rule.boolean("updateAllStoppedTrials");
}

Stopping read_stopping_rule(YamlReader& reader, std::string_view key, const YamlNode& node) {
    const bool is_convex = key == "convexAutomatedStoppingSpec";
    const auto keys = is_convex                      ? YamlReader::Keys(kConvexKeys)
                      : key == "defaultStoppingSpec" ? YamlReader::Keys()
                                                     : YamlReader::Keys(kElapsedKeys);
    YamlReader rule(node, std::string(key), keys, reader.findings(), section_of);
    Stopping stopping;
    stopping.kind =
        key == "medianAutomatedStoppingSpec" ? StoppingKind::median : StoppingKind::curve;
    if (is_convex) {
        read_convex_rule(rule, stopping);
        rule.notice(
            node.at,
            "convexAutomatedStoppingSpec is done by the decay curve rule with its numbers of steps "
            "and measurements"
        );
    }
    if (rule.boolean("useElapsedDuration").value_or(false)) {
        rule.notice(
            rule.find("useElapsedDuration")->at,
            "useElapsedDuration: trials are compared by their steps, not by elapsed time"
        );
    }
    return stopping;
}

void read_early_stopping(YamlReader& reader, StudyConfig& config) {
    std::string_view found;
    for (const std::string_view key : kStoppingKeys) {
        const YamlNode* node = reader.find(key);
        if (node == nullptr) {
            continue;
        }
        const Stopping stopping = read_stopping_rule(reader, key, *node);
        if (!found.empty()) {
            reader.problem(
                node->at,
                fmt::format("{} and {} exclude each other; remove one of them", found, key)
            );
            continue;
        }
        found = key;
        config.stopping = stopping;
    }
}

std::optional<std::int64_t> read_study_stopping(YamlReader& reader) {
    const YamlNode* node = reader.find("studyStoppingConfig");
    if (node == nullptr) {
        return std::nullopt;
    }
    YamlReader stopping(
        *node, "studyStoppingConfig", kStudyStoppingKeys, reader.findings(), section_of
    );
    for (const std::string_view key : kStudyStoppingKeys) {
        const bool is_understood =
            key == "maxNumTrials" ||
            (key == "shouldStopAsap" && !stopping.boolean(key).value_or(false));
        if (!is_understood) {
            stopping.refuse_for_now(key, "remove it; maxNumTrials ends a study");
        }
    }
    return stopping.integer("maxNumTrials", 1, kMaxTrials);
}

}  // namespace

std::optional<std::int64_t> read_study_spec(
    const YamlNode& node, Findings& findings, UnusedFields& unused, StudyConfig& config
) {
    YamlReader reader(node, "studySpec", kStudySpecKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return std::nullopt;
    }
    read_metrics(reader, config);
    config.algorithm =
        reader.choice<Algorithm>("algorithm", kAlgorithms).value_or(Algorithm::bayesian);
    config.selection = reader.choice<MeasurementSelection>("measurementSelectionType", kSelections)
                           .value_or(MeasurementSelection::last);
    read_space(reader, config);
    read_early_stopping(reader, config);
    if (reader.choice<ObservationNoise>("observationNoise", kNoises)) {
        unused.add("observationNoise", *reader.find("observationNoise"));
    }
    return read_study_stopping(reader);
}

}  // namespace tuner::vizier
