#include "tuner/formats/legacy_hyperparameters.h"

#include "tuner/formats/did_you_mean.h"
#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/legacy_parameter.h"
#include "tuner/formats/legacy_stopping_keys.h"
#include "tuner/study/limits.h"

#include <map>

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

Stopping read_rule(const YamlNode& node, Findings& findings) {
    YamlReader reader(node, "stopping", kStoppingKeys, findings, section_of);
    Stopping stopping;
    if (node.kind != YamlKind::mapping) {
        return stopping;
    }
    reader.require("type", "type: MEDIAN");
    stopping.kind = reader.choice<StoppingKind>("type", kStoppingKinds).value_or(stopping.kind);
    stopping.unit = reader.choice<StoppingUnit>("unit", kStoppingUnits).value_or(stopping.unit);
    const auto count = [&](std::string_view key, std::int64_t low, std::int64_t high, auto& value) {
        value = reader.integer(key, low, high).value_or(value);
    };
    count("minSteps", 1, kMaxInteger, stopping.min_steps);
    count("minMeasurements", 1, kMaxInteger, stopping.min_measurements);
    count("minTrials", 1, kMaxTrials, stopping.min_trials);
    count("eta", 2, kMaxEta, stopping.eta);
    count("maxSteps", 1, kMaxInteger, stopping.max_steps);
    if (stopping.max_steps > 0 && stopping.max_steps <= stopping.min_steps) {
        reader.problem(
            reader.find("maxSteps")->at,
            fmt::format(
                "maxSteps {} must be more than minSteps {}: no trial could ever be stopped",
                stopping.max_steps,
                stopping.min_steps
            )
        );
    }
    return stopping;
}

void read_early_stopping(YamlReader& reader, StudyConfig& config) {
    const auto enabled = reader.boolean("enableTrialEarlyStopping");
    if (enabled.value_or(false)) {
        config.stopping.kind = StoppingKind::curve;
    }
    const YamlNode* rule = reader.find("stopping");
    if (rule == nullptr) {
        return;
    }
    config.stopping = read_rule(*rule, reader.findings());
    if (enabled == false) {
        reader.problem(
            rule->at, "stopping asks for what enableTrialEarlyStopping: false forbids; remove one"
        );
    }
}

void read_objective(YamlReader& reader, StudyConfig& config) {
    Objective objective;
    objective.metric = reader.text("hyperparameterMetricTag").value_or("");
    if (objective.metric.empty()) {
        objective.metric = kDefaultMetric;
    }
    const auto goal = reader.choice<Goal>("goal", kGoals);
    const YamlNode* node = reader.find("goal");
    if (node == nullptr || node->text == "GOAL_TYPE_UNSPECIFIED") {
        reader.notice(
            node == nullptr ? reader.at() : node->at,
            fmt::format(
                "goal is not given, so {} is maximized; write goal: MINIMIZE or goal: MAXIMIZE",
                objective.metric
            )
        );
    }
    objective.goal = goal.value_or(Goal::maximize);
    config.objectives = {std::move(objective)};
    config.selection = reader.choice<MeasurementSelection>("measurementSelection", kSelections)
                           .value_or(MeasurementSelection::last);
}

std::vector<Parameter> read_parameters(YamlReader& reader) {
    const YamlNode* list =
        reader.require("params", "params: [{parameterName: lr, type: DOUBLE, …}]");
    const auto items = reader.items("params");
    if (list != nullptr && list->kind == YamlKind::sequence && items.empty()) {
        reader.problem(list->at, "params is empty; a study needs at least one parameter");
    }
    if (items.size() > kMaxParameters) {
        reader.problem(
            list->at,
            fmt::format("{} parameters; at most {} are allowed", items.size(), kMaxParameters)
        );
        return {};
    }
    std::vector<Parameter> parameters;
    std::map<std::string, int> lines;
    for (const YamlNode& item : items) {
        auto parameter = read_parameter(item, reader.findings());
        if (!parameter) {
            continue;
        }
        const auto [first, is_new] = lines.emplace(parameter->name(), item.at.line);
        if (!is_new) {
            reader.problem(
                item.at,
                fmt::format(
                    "parameter {} is declared twice; the first is in line {}",
                    parameter->name(),
                    first->second
                )
            );
            continue;
        }
        parameters.push_back(std::move(*parameter));
    }
    return parameters;
}

void check_grid(YamlReader& reader, const SearchSpace& space) {
    std::vector<std::string> names;
    for (const Parameter& parameter : space.parameters()) {
        if (!count_values(parameter.domain())) {
            names.push_back(parameter.name());
        }
    }
    if (!names.empty()) {
        reader.problem(
            reader.find("algorithm")->at,
            fmt::format(
                "GRID_SEARCH needs finitely many values, but these are of type DOUBLE: {}; make "
                "them DISCRETE",
                fmt::join(names, ", ")
            )
        );
    }
}

void read_point_value(
    const YamlMember& member,
    const SearchSpace& space,
    Findings& findings,
    std::vector<Assignment::Entry>& entries
) {
    std::vector<std::string_view> names;
    for (const Parameter& parameter : space.parameters()) {
        if (parameter.name() == member.key) {
            if (auto value = read_value(parameter, member.value, findings)) {
                entries.emplace_back(member.key, std::move(*value));
            }
            return;
        }
        names.push_back(parameter.name());
    }
    const auto near = did_you_mean(member.key, names);
    findings.problem(
        member.at,
        fmt::format(
            "there is no parameter {}{}",
            in_quotes(member.key),
            near ? fmt::format("; did you mean {}?", *near) : ""
        )
    );
}

Assignment read_point(const YamlNode& node, const SearchSpace& space, Findings& findings) {
    const std::size_t before = findings.problem_count();
    std::vector<Assignment::Entry> entries;
    if (node.kind != YamlKind::mapping) {
        findings.problem(
            node.at,
            fmt::format(
                "a starting point must be a mapping of names to values, not {}", describe(node)
            )
        );
    }
    for (const YamlMember& member : node.members) {
        read_point_value(member, space, findings, entries);
    }
    Assignment point(std::move(entries));
    if (findings.problem_count() == before) {
        if (const auto fits = space.check(point); !fits) {
            findings.problem(
                node.at, fmt::format("the starting point is incomplete: {}", fits.error().message)
            );
        }
    }
    return point;
}

void read_space(YamlReader& reader, StudyConfig& config) {
    const std::size_t before = reader.findings().problem_count();
    std::vector<Parameter> parameters = read_parameters(reader);
    if (reader.findings().problem_count() > before || parameters.empty()) {
        return;  // what follows would only repeat it
    }
    auto space = SearchSpace::create(std::move(parameters));
    if (!space) {
        reader.problem(reader.find("params")->at, space.error().message);
        return;
    }
    config.space = std::move(*space);
    if (config.algorithm == Algorithm::grid) {
        check_grid(reader, config.space);
    }
    for (const YamlNode& item : reader.items("startingPoints")) {
        config.starting_points.push_back(read_point(item, config.space, reader.findings()));
    }
}

}  // namespace

void read_hyperparameters(const YamlNode& node, Findings& findings, StudyConfig& config) {
    YamlReader reader(node, "hyperparameters", kHyperparameterKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    read_objective(reader, config);
    Limits& limits = config.limits;
    limits.max_trials = reader.integer("maxTrials", 1, kMaxTrials).value_or(1);
    limits.max_parallel_trials =
        reader.integer("maxParallelTrials", 1, kMaxParallelTrials).value_or(1);
    limits.max_failed_trials = reader.integer("maxFailedTrials", 0, kMaxTrials).value_or(0);
    config.algorithm =
        reader.choice<Algorithm>("algorithm", kAlgorithms).value_or(Algorithm::bayesian);
    config.seed = reader.unsigned_number("seed");
    read_early_stopping(reader, config);
    read_space(reader, config);
    config.resumed_job = reader.text("resumePreviousJobId").value_or("");
}

}  // namespace tuner::legacy
