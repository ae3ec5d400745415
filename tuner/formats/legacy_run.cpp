#include "tuner/formats/legacy_run.h"

#include "tuner/formats/host_fit.h"
#include "tuner/formats/legacy_keys.h"
#include "tuner/formats/unused_fields.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>

namespace tuner::legacy {

namespace {

void read_command(YamlReader& reader, TrainerSpec& trainer) {
    const YamlNode* node = reader.find("command");
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlKind::scalar) {
        trainer.command = reader.texts("command");
    } else if (auto program = reader.text("command")) {
        if (program->find_first_of(" \t\n") != std::string::npos) {
            reader.problem(
                node->at,
                fmt::format(
                    "command {} is one program with spaces in its name; write a list: [program, "
                    "argument, …]",
                    in_quotes(*program)
                )
            );
        }
        trainer.command = {std::move(*program)};
    }
    const bool is_list = node->kind == YamlKind::sequence;
    if ((is_list && node->items.empty()) ||
        (!trainer.command.empty() && trainer.command.front().empty())) {
        reader.problem(node->at, "command names no program; write [program, argument, …]");
    }
    if (const YamlNode* module = reader.find("pythonModule")) {
        reader.problem(
            module->at, "command and pythonModule exclude each other; remove one of them"
        );
    }
}

void read_env(YamlReader& reader, TrainerSpec& trainer) {
    const YamlNode* node = reader.find("env");
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlKind::mapping) {
        reader.problem(
            node->at,
            fmt::format("env must be a mapping of names to values, not {}", describe(*node))
        );
    }
    for (const YamlMember& member : node->members) {
        if (member.key.empty() || member.key.find('=') != std::string::npos) {
            reader.problem(
                member.at,
                fmt::format(
                    "{} cannot be the name of an environment variable", in_quotes(member.key)
                )
            );
        }
        if (member.value.kind == YamlKind::sequence || member.value.kind == YamlKind::mapping) {
            reader.problem(
                member.value.at,
                fmt::format("{} must be a text, not {}", member.key, describe(member.value))
            );
        }
        trainer.env[member.key] = member.value.text;
    }
}

void read_trainer(YamlReader& reader, TrainerSpec& trainer) {
    read_command(reader, trainer);
    trainer.python_module = reader.text("pythonModule").value_or("");
    trainer.package_uris = reader.texts("packageUris");
    trainer.args = reader.texts("args");
    trainer.job_dir = reader.text("jobDir");
    if (trainer.job_dir && trainer.job_dir->empty()) {
        trainer.job_dir.reset();
    }
    read_env(reader, trainer);
}

// The legacy limit of a whole job holds for each trial here, unless `timeout` says otherwise.
void read_scheduling(YamlReader& reader, StudyConfig& config) {
    const YamlNode* node = reader.find("scheduling");
    if (node == nullptr) {
        return;
    }
    YamlReader scheduling(*node, "scheduling", kSchedulingKeys, reader.findings());
    const auto running_time = scheduling.duration("maxRunningTime");
    if (!config.limits.timeout) {
        config.limits.timeout = running_time;
    }
    for (const std::string_view key : {"maxWaitTime", "priority"}) {
        if (const YamlNode* field = scheduling.find(key)) {
            config.unused_fields.push_back(fmt::format("scheduling.{}: {}", key, field->text));
        }
    }
}

void read_run_limits(YamlReader& reader, StudyConfig& config) {
    Limits& limits = config.limits;
    limits.timeout = reader.duration("timeout");
    limits.stall_timeout = reader.duration("stallTimeout");
    limits.termination_grace =
        reader.duration("terminationGrace", true).value_or(limits.termination_grace);
    limits.max_retries = reader.integer("maxRetries", 0, kMaxTrials).value_or(0);
    if (const auto failed = reader.integer("maxFailedTrials", 0, kMaxTrials)) {
        if (limits.max_failed_trials != 0 && limits.max_failed_trials != *failed) {
            reader.problem(
                reader.find("maxFailedTrials")->at,
                fmt::format(
                    "maxFailedTrials is {} here and {} in hyperparameters; keep one of them",
                    *failed,
                    limits.max_failed_trials
                )
            );
        }
        limits.max_failed_trials = *failed;
    }
    read_scheduling(reader, config);
}

void check_executor(YamlReader& reader) {
    const auto executor = reader.text("executor");
    if (executor && *executor != "local") {
        reader.problem(
            reader.find("executor")->at,
            *executor == "slurm"
                ? "executor: slurm is not supported yet; remove it to run on this machine"
                : fmt::format("executor must be local, not {}", in_quotes(*executor))
        );
    }
    reader.refuse_for_now("slurm", "remove it to run on this machine");
}

void check_master(YamlReader& reader) {
    const YamlNode* tier = reader.find("scaleTier");
    if (tier != nullptr && (tier->text == "CUSTOM" || tier->text == "5") &&
        reader.find("masterType") == nullptr) {
        reader.problem(tier->at, "scaleTier CUSTOM needs a masterType, like n1-standard-8");
    }
    const YamlNode* config = reader.find("masterConfig");
    for (const char* key : {"imageUri", "containerCommand", "containerArgs"}) {
        const YamlNode* field = config == nullptr ? nullptr : config->find(key);
        if (field != nullptr && !is_null(*field)) {
            reader.problem(
                field->at,
                fmt::format("masterConfig.{} is not supported yet; name a program in command", key)
            );
        }
    }
}

void read_machine_fields(YamlReader& reader, const Host* host, StudyConfig& config) {
    read_wanted_resources(reader, host, config);
    const bool has_tier = read_scale_tier(reader, host, config);
    UnusedFields unused;
    for (const std::string_view key : kMachineKeys) {
        const YamlNode* node = reader.find(key);
        if (node != nullptr && !(has_tier && key == "scaleTier")) {
            unused.add(key, *node);
        }
    }
    unused.report(reader.findings(), config);
}

}  // namespace

void read_run(YamlReader& reader, const Host* host, StudyConfig& config) {
    read_trainer(reader, config.trainer);
    read_run_limits(reader, config);
    check_executor(reader);
    check_master(reader);
    read_machine_fields(reader, host, config);
}

}  // namespace tuner::legacy
