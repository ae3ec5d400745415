#include "tuner/formats/stored_json.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/stored_stopping.h"
#include "tuner/formats/stored_values.h"
#include "tuner/formats/utf8.h"
#include "tuner/study/limits.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using namespace stored;

// A file of 1 MiB makes a record of at most a few times that; more is not ours.
constexpr JsonLimits kStoredLimits{16 << 20, 16, 4'000'000};

template <class T>
Json from_optional(const std::optional<T>& value, Json (*convert)(const T&)) {
    return value ? convert(*value) : Json(nullptr);
}

Json from_duration(const Duration& duration) {
    return duration.count();
}

std::optional<Duration> to_duration(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional(Duration(to_integer(json)));
}

Json from_limits(const Limits& limits) {
    return {
        {"maxTrials", limits.max_trials},
        {"maxParallelTrials", limits.max_parallel_trials},
        {"maxFailedTrials", limits.max_failed_trials},
        {"maxRetries", limits.max_retries},
        {"timeoutMs", from_optional(limits.timeout, from_duration)},
        {"stallTimeoutMs", from_optional(limits.stall_timeout, from_duration)},
        {"terminationGraceMs", limits.termination_grace.count()},
    };
}

Limits to_limits(const Json& json) {
    Limits limits;
    limits.max_trials = to_integer(json.at("maxTrials"));
    limits.max_parallel_trials = to_integer(json.at("maxParallelTrials"));
    limits.max_failed_trials = to_integer(json.at("maxFailedTrials"));
    limits.max_retries = to_integer(json.at("maxRetries"));
    limits.timeout = to_duration(json.at("timeoutMs"));
    limits.stall_timeout = to_duration(json.at("stallTimeoutMs"));
    limits.termination_grace = Duration(to_integer(json.at("terminationGraceMs")));
    return limits;
}

Json from_trainer(const TrainerSpec& trainer) {
    Json env = Json::array();
    for (const auto& [name, value] : trainer.env) {
        env.push_back({from_text(name), from_text(value)});
    }
    Json json{
        {"command", from_texts(trainer.command)},
        {"args", from_texts(trainer.args)},
        {"jobDir", from_optional(trainer.job_dir, from_text)},
        {"pythonModule", from_text(trainer.python_module)},
        {"packageUris", from_texts(trainer.package_uris)},
        {"env", std::move(env)},
        {"workingDir", from_text(trainer.working_dir)},
    };
    if (!trainer.staged_paths.empty()) {
        json["stagedPaths"] = from_texts(trainer.staged_paths);
    }
    if (trainer.is_vizier) {
        json["isVizier"] = true;
    }
    if (trainer.output_dir) {
        json["outputDir"] = from_text(*trainer.output_dir);
    }
    return json;
}

TrainerSpec to_trainer(const Json& json) {
    TrainerSpec trainer;
    trainer.command = to_texts(json.at("command"));
    trainer.args = to_texts(json.at("args"));
    if (!json.at("jobDir").is_null()) {
        trainer.job_dir = to_text(json.at("jobDir"));
    }
    trainer.python_module = to_text(json.at("pythonModule"));
    trainer.package_uris = to_texts(json.at("packageUris"));
    for (const Json& pair : json.at("env")) {
        trainer.env.emplace(to_text(pair.at(0)), to_text(pair.at(1)));
    }
    trainer.working_dir = to_text(json.at("workingDir"));
    // Older databases do not have these.
    if (json.contains("stagedPaths")) {
        trainer.staged_paths = to_texts(json.at("stagedPaths"));
    }
    trainer.is_vizier = json.contains("isVizier") && json.at("isVizier").get<bool>();
    if (json.contains("outputDir")) {
        trainer.output_dir = to_text(json.at("outputDir"));
    }
    return trainer;
}

Json from_resources(const Resources& resources) {
    return {
        {"cpus", resources.cpus},
        {"gpus", resources.gpus},
        {"memoryBytes", resources.memory_bytes},
    };
}

// Absent where trials ask for nothing, as in the databases of the first releases.
Resources to_resources(const Json& config) {
    if (!config.contains("resources")) {
        return {};
    }
    const Json& json = config.at("resources");
    const auto amount = [&](const char* key, std::int64_t most) {
        const std::int64_t value = to_integer(json.at(key));
        if (value < 0 || value > most) {
            throw Damaged(fmt::format("{} is {}", key, value));
        }
        return value;
    };
    return {
        amount("cpus", kMaxCpus), amount("gpus", kMaxGpus), amount("memoryBytes", kMaxMemoryBytes)};
}

Json from_config(const StudyConfig& config) {
    Json objectives = Json::array();
    for (const Objective& objective : config.objectives) {
        objectives.push_back(
            {{"metric", from_text(objective.metric)}, {"goal", name_of(objective.goal)}}
        );
    }
    Json points = Json::array();
    for (const Assignment& point : config.starting_points) {
        points.push_back(from_assignment(point));
    }
    Json json{
        {"name", from_text(config.name)},
        {"objectives", std::move(objectives)},
        {"parameters", from_space(config.space)},
        {"selection", name_of(config.selection)},
        {"algorithm", name_of(config.algorithm)},
        {"seed", config.seed ? Json(*config.seed) : Json(nullptr)},
        {"startingPoints", std::move(points)},
        {"earlyStopping", from_stopping(config.stopping)},
        {"limits", from_limits(config.limits)},
        {"trainer", from_trainer(config.trainer)},
        {"unusedFields", from_texts(config.unused_fields)},
    };
    if (!config.resources.are_none()) {
        json["resources"] = from_resources(config.resources);
    }
    if (!config.resumed_job.empty()) {
        json["resumedJob"] = from_text(config.resumed_job);
        json["inheritedTrials"] = config.inherited_trials;
    }
    return json;
}

StudyConfig to_config(const Json& json) {
    StudyConfig config;
    config.name = to_text(json.at("name"));
    for (const Json& item : json.at("objectives")) {
        config.objectives.push_back({to_text(item.at("metric")), to_enum<Goal>(item.at("goal"))});
    }
    config.space = to_space(json.at("parameters"));
    config.selection = to_enum<MeasurementSelection>(json.at("selection"));
    config.algorithm = to_enum<Algorithm>(json.at("algorithm"));
    if (!json.at("seed").is_null()) {
        config.seed = to_unsigned(json.at("seed"));
    }
    for (const Json& point : json.at("startingPoints")) {
        config.starting_points.push_back(to_assignment(point));
    }
    config.resources = to_resources(json);
    config.stopping = to_stopping(json.at("earlyStopping"));
    config.limits = to_limits(json.at("limits"));
    config.trainer = to_trainer(json.at("trainer"));
    config.unused_fields = to_texts(json.at("unusedFields"));
    if (json.contains("resumedJob")) {  // absent in what the first releases stored
        config.resumed_job = to_text(json.at("resumedJob"));
        config.inherited_trials = to_integer(json.at("inheritedTrials"));
    }
    return config;
}

Json from_provenance(const Provenance& provenance) {
    const auto real = +[](const double& value) { return from_real(value); };
    return {
        {"origin", name_of(provenance.origin)},
        {"finished", provenance.finished},
        {"pending", provenance.pending},
        {"predictedMean", from_optional(provenance.predicted_mean, real)},
        {"predictedSd", from_optional(provenance.predicted_sd, real)},
        {"acquisition", from_optional(provenance.acquisition, real)},
        {"note", from_text(provenance.note)},
    };
}

Provenance to_provenance(const Json& json) {
    const auto real = [&](const char* key) {
        const Json& value = json.at(key);
        return value.is_null() ? std::nullopt : std::optional(to_real(value));
    };
    Provenance provenance;
    provenance.origin = to_enum<Origin>(json.at("origin"));
    provenance.finished = to_integer(json.at("finished"));
    provenance.pending = to_integer(json.at("pending"));
    provenance.predicted_mean = real("predictedMean");
    provenance.predicted_sd = real("predictedSd");
    provenance.acquisition = real("acquisition");
    provenance.note = to_text(json.at("note"));
    return provenance;
}

// Reads a record with `convert`; a value of it that is missing or of the wrong kind is damage.
template <class T>
Result<T> read(std::string_view text, std::string_view what, T (*convert)(const Json&)) {
    const auto damaged = [&](std::string_view reason) {
        return fail(ErrorCode::internal, fmt::format("damaged record of {}: {}", what, reason));
    };
    const auto json = parse_ordered_json(text, kStoredLimits);
    if (!json) {
        return damaged(json.error().message);
    }
    if (!json->is_object()) {
        return damaged("it is not an object");
    }
    try {
        return convert(*json);
    } catch (const nlohmann::json::exception& e) {
        return damaged(cut_utf8(e.what(), 200));
    } catch (const Damaged& e) {
        return damaged(e.what());
    }
}

}  // namespace

std::string to_stored_config(const StudyConfig& config) {
    return from_config(config).dump();
}

std::string to_readable_config(const StudyConfig& config) {
    return from_config(config).dump(2) + "\n";
}

Result<StudyConfig> from_stored_config(std::string_view text) {
    return read<StudyConfig>(text, "a configuration", to_config);
}

std::string to_stored_assignment(const Assignment& assignment) {
    return from_assignment(assignment).dump();
}

Result<Assignment> from_stored_assignment(std::string_view text) {
    return read<Assignment>(text, "an assignment", to_assignment);
}

std::string to_stored_provenance(const Provenance& provenance) {
    return from_provenance(provenance).dump();
}

Result<Provenance> from_stored_provenance(std::string_view text) {
    return read<Provenance>(text, "a provenance", to_provenance);
}

}  // namespace tuner
