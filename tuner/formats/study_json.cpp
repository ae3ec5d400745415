#include "tuner/formats/study_json.h"

#include "tuner/formats/provenance_json.h"
#include "tuner/formats/utf8.h"
#include "tuner/formats/yaml_json.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

Json to_text(const std::string& text) {
    return to_valid_utf8(text);
}

Json to_text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : to_text(text);
}

Json to_time(const std::optional<TimePoint>& time) {
    return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

Json to_value(const ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value)) {
        return to_number_or_null(*real);
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return *integer;
    }
    return to_text(std::get<std::string>(value));
}

Json to_metrics(const std::vector<Metric>& metrics) {
    Json json = Json::object();
    for (const Metric& metric : metrics) {
        json[to_valid_utf8(metric.name)] = to_number_or_null(metric.value);
    }
    return json;
}

Json to_counts(const History& history) {
    Json counts = Json::object();
    for (const TrialState state :
         {TrialState::completed,
          TrialState::running,
          TrialState::failed,
          TrialState::pruned,
          TrialState::pending,
          TrialState::cancelled}) {
        counts[std::string(name_of(state))] = history.count(state);
    }
    return counts;
}

Json to_best(const StudyConfig& config, const History& history) {
    const Trial* best = config.objectives.empty() ? nullptr : history.best();
    if (best == nullptr) {
        return nullptr;
    }
    return {{"trial", best->id.value()}, {"objective", to_number_or_null(*best->objective())}};
}

Json to_reason(const Trial& trial) {
    if (!trial.failure) {
        return to_text_or_null(trial.prune_reason);
    }
    return trial.failure->message.empty() ? Json(name_of(trial.failure->kind))
                                          : to_text(trial.failure->message);
}

// The number that a parameter's domain wants for a JSON value; nothing when it cannot be one.
std::optional<ParameterValue> to_whole_number(const nlohmann::json& json) {
    if (json.is_number_integer() && !json.is_number_unsigned()) {
        return json.get<std::int64_t>();
    }
    const double value = json.get<double>();
    if (value != std::floor(value) || std::abs(value) > static_cast<double>(kMaxInteger)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
}

double to_nearest(const DiscreteValues& list, double value) {
    const auto near = std::find_if(list.values.begin(), list.values.end(), [&](double candidate) {
        return std::abs(candidate - value) < kDiscreteEpsilon;
    });
    return near == list.values.end() ? value : *near;
}

std::optional<ParameterValue> to_value_of(const Domain& domain, const nlohmann::json& json) {
    if (std::holds_alternative<Categories>(domain)) {
        if (json.is_string()) {
            return json.get<std::string>();
        }
        return json.is_number() || json.is_boolean() ? std::optional<ParameterValue>(json.dump())
                                                     : std::nullopt;
    }
    if (!json.is_number()) {
        return std::nullopt;
    }
    if (std::holds_alternative<IntegerRange>(domain)) {
        return to_whole_number(json);
    }
    if (const auto* list = std::get_if<DiscreteValues>(&domain)) {
        return to_nearest(*list, json.get<double>());
    }
    return json.get<double>();
}

// All that was last said, at one step: event files have a measurement for each metric.
std::vector<Metric> latest_metrics(const Trial& trial) {
    Measurement latest;
    for (auto it = trial.measurements.rbegin(); it != trial.measurements.rend(); ++it) {
        if (it != trial.measurements.rbegin() && it->step != latest.step) {
            break;
        }
        latest.step = it->step;
        for (const Metric& metric : it->metrics) {
            if (!latest.find(metric.name)) {
                latest.metrics.push_back(metric);
            }
        }
    }
    return latest.metrics;
}

}  // namespace

Json to_document(const std::string& source) {
    if (source.empty()) {
        return nullptr;
    }
    if (auto json = parse_ordered_json(source)) {
        return std::move(*json);
    }
    Findings findings;
    if (const auto root = load_yaml(source, findings); root && findings.problems().empty()) {
        return to_json(*root);
    }
    return to_text(source);
}

Json to_json(const Assignment& assignment) {
    Json json = Json::object();
    for (const auto& [name, value] : assignment.entries()) {
        json[name] = to_value(value);
    }
    return json;
}

Json to_json(const Measurement& measurement) {
    return {{"step", measurement.step}, {"metrics", to_metrics(measurement.metrics)}};
}

Json to_json(const Study& study, const History& history) {
    const StudyConfig& config = study.config;
    const bool ranks = !config.objectives.empty();
    const bool has_reason = study.reason != StudyReason::none;
    return {
        {"id", to_text(study.id)},
        {"name", to_text(config.name)},
        {"state", name_of(study.state)},
        {"goal", ranks ? Json(name_of(config.objective().goal)) : Json(nullptr)},
        {"metric", ranks ? to_text(config.objective().metric) : Json(nullptr)},
        {"maxTrials", config.limits.max_trials},
        {"maxParallelTrials", config.limits.max_parallel_trials},
        {"asked", config.is_asked()},
        {"counts", to_counts(history)},
        {"best", to_best(config, history)},
        {"reason", has_reason ? Json(name_of(study.reason)) : Json(nullptr)},
        {"message", to_text_or_null(study.message)},
        {"createTime", to_rfc3339(study.created)},
        {"endTime", to_time(study.ended)},
        {"config", to_document(study.source)},
    };
}

Json to_json(const Trial& trial, const std::string& study_id, std::optional<std::int64_t> rank) {
    const Measurement* latest = trial.measurements.empty() ? nullptr : &trial.measurements.back();
    const bool has_step = trial.outcome || latest != nullptr;
    const auto metrics = trial.outcome ? trial.outcome->metrics : latest_metrics(trial);
    const std::int64_t step = trial.outcome ? trial.outcome->step : latest ? latest->step : 0;
    Json json{
        {"id", trial.id.value()},
        {"study", to_text(study_id)},
        {"state", name_of(trial.state)},
        {"parameters", to_json(trial.assignment)},
        {"objective", trial.outcome ? to_number_or_null(trial.outcome->objective) : Json(nullptr)},
        {"metrics", to_metrics(metrics)},
        {"step", has_step ? Json(step) : Json(nullptr)},
        {"origin", name_of(trial.provenance.origin)},
        {"attempts", trial.attempts},
        {"reason", to_reason(trial)},
        {"createTime", to_rfc3339(trial.created)},
        {"startTime", to_time(trial.started)},
        {"endTime", to_time(trial.ended)},
    };
    if (!trial.client.empty()) {
        json["client"] = to_text(trial.client);
    }
    if (trial.forecast) {
        json["forecast"] = {
            {"mean", to_number_or_null(trial.forecast->mean)},
            {"sd", to_number_or_null(trial.forecast->sd)}};
    }
    if (rank) {
        json["rank"] = *rank;
    }
    return json;
}

Json to_json_with_measurements(
    const Trial& trial,
    const MeasurementExtract& measured,
    const std::string& study_id,
    std::optional<std::int64_t> rank
) {
    Json json = to_json(trial, study_id, rank);
    json["provenance"] = to_json(trial.provenance);
    json["measurementCount"] = measured.count;
    Json& list = json["measurements"] = Json::array();
    for (const Measurement& measurement : measured.measurements) {
        list.push_back(to_json(measurement));
    }
    return json;
}

Result<Assignment> parse_assignment(const nlohmann::json& object, const SearchSpace& space) {
    if (!object.is_object()) {
        return invalid("parameters must be an object like {\"batch_size\": 35, \"nembeds\": 16}");
    }
    std::vector<Assignment::Entry> entries;
    std::set<std::string> used;
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
        const Parameter& parameter = space.parameters()[i];
        const auto found = object.find(parameter.name());
        if (found == object.end() || !space.is_active(i, Assignment(entries))) {
            continue;
        }
        auto value = to_value_of(parameter.domain(), *found);
        if (!value) {
            return invalid(fmt::format(
                "parameter {} cannot be {}; it is {}",
                parameter.name(),
                cut_utf8(found->dump(), kMaxParameterNameBytes),
                describe(parameter.domain())
            ));
        }
        used.insert(parameter.name());
        entries.emplace_back(parameter.name(), std::move(*value));
    }
    for (const auto& [name, value] : object.items()) {
        if (!used.contains(name)) {
            const bool known = std::any_of(
                space.parameters().begin(),
                space.parameters().end(),
                [&n = name](const auto& p) { return p.name() == n; }
            );
            return invalid(
                known ? fmt::format("parameter {} is not active here", name)
                      : fmt::format(
                            "there is no parameter {}", cut_utf8(name, kMaxParameterNameBytes)
                        )
            );
        }
    }
    Assignment assignment(std::move(entries));
    return space.check(assignment).map([&] { return assignment; });
}

}  // namespace tuner
