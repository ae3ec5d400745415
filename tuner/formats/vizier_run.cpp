#include "tuner/formats/vizier_run.h"

#include "tuner/formats/host_fit.h"
#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/yaml_reader.h"

#include <fmt/format.h>

namespace tuner::vizier {

namespace {

bool is_empty(const YamlNode& node) {
    return is_null(node) || (node.kind == YamlKind::mapping && node.members.empty());
}

void add_unused(
    YamlReader& reader, UnusedFields& unused, std::string_view prefix, YamlReader::Keys keys
) {
    for (const std::string_view key : keys) {
        if (const YamlNode* node = reader.find(key)) {
            unused.add(
                prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key), *node
            );
        }
    }
}

void read_variable(const YamlNode& item, Findings& findings, TrainerSpec& trainer) {
    YamlReader reader(item, "an item of env", kEnvKeys, findings, section_of);
    if (item.kind != YamlKind::mapping) {
        return;
    }
    const YamlNode* node = reader.require("name", "{name: OMP_NUM_THREADS, value: \"1\"}");
    const auto name = reader.text("name");
    const auto value = reader.text("value");
    if (node == nullptr || !name) {
        return;
    }
    if (name->empty() || name->find('=') != std::string::npos) {
        reader.problem(
            node->at,
            fmt::format("{} cannot be the name of an environment variable", in_quotes(*name))
        );
    } else if (!trainer.env.emplace(*name, value.value_or("")).second) {
        reader.problem(node->at, fmt::format("{} is listed twice", in_quotes(*name)));
    }
}

void read_env(YamlReader& reader, TrainerSpec& trainer) {
    const YamlNode* node = reader.find("env");
    if (node != nullptr && node->kind != YamlKind::sequence) {
        reader.problem(
            node->at,
            fmt::format("env must be a list like [{{name: A, value: b}}], not {}", describe(*node))
        );
        return;
    }
    for (const YamlNode& item : reader.items("env")) {
        read_variable(item, reader.findings(), trainer);
    }
}

// The service replaced $(NAME) by the variable's value; what starts trainers here does not.
void tell_references(YamlReader& reader, std::string_view key) {
    const YamlNode* list = reader.find(key);
    if (list == nullptr) {
        return;
    }
    for (const YamlNode& item : list->items) {
        const YamlNode* value = item.kind == YamlKind::mapping ? item.find("value") : &item;
        if (value != nullptr && value->text.find("$(") != std::string::npos) {
            reader.notice(value->at, "references like $(NAME) are not replaced here");
            return;
        }
    }
}

void read_container(
    const YamlNode& node, Findings& findings, UnusedFields& unused, TrainerSpec& trainer
) {
    YamlReader reader(node, "containerSpec", kContainerKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    add_unused(reader, unused, "containerSpec", std::array{"imageUri"sv});
    trainer.command = reader.texts("command");
    trainer.args = reader.texts("args");
    read_env(reader, trainer);
    for (const std::string_view key : {"command", "args", "env"}) {
        tell_references(reader, key);
    }
    const YamlNode* command = reader.find("command");
    const bool is_empty_list =
        command != nullptr && command->kind == YamlKind::sequence && command->items.empty();
    if ((command == nullptr || is_empty_list) && !reader.has_suggested("command")) {
        reader.notice(
            node.at,
            "containerSpec has no command, and what an image starts by itself cannot be run here; "
            "write command: [python3, task.py], or give the command after -- to tuner run"
        );
    } else if (!trainer.command.empty() && trainer.command.front().empty()) {
        reader.problem(command->at, "command names no program; write [program, argument, …]");
    }
}

void read_package(
    const YamlNode& node, Findings& findings, UnusedFields& unused, TrainerSpec& trainer
) {
    YamlReader reader(node, "pythonPackageSpec", kPackageKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    add_unused(reader, unused, "pythonPackageSpec", std::array{"executorImageUri"sv});
    const YamlNode* module = reader.require("pythonModule", "pythonModule: trainer.task");
    trainer.python_module = reader.text("pythonModule").value_or("");
    if (module != nullptr && module->kind == YamlKind::scalar && module->text.empty()) {
        reader.problem(module->at, "pythonModule names no module; write trainer.task");
    }
    trainer.package_uris = reader.texts("packageUris");
    trainer.args = reader.texts("args");
    read_env(reader, trainer);
    for (const std::string_view key : {"args", "env"}) {
        tell_references(reader, key);
    }
}

void read_trainer(YamlReader& pool, UnusedFields& unused, TrainerSpec& trainer) {
    const YamlNode* container = pool.find("containerSpec");
    const YamlNode* package = pool.find("pythonPackageSpec");
    if (container != nullptr && package != nullptr) {
        pool.problem(
            package->at,
            "containerSpec and pythonPackageSpec exclude each other; remove one of them"
        );
    }
    if (container != nullptr) {
        read_container(*container, pool.findings(), unused, trainer);
    } else if (package != nullptr) {
        read_package(*package, pool.findings(), unused, trainer);
    } else if (!pool.has_suggested("containerSpec") && !pool.has_suggested("pythonPackageSpec")) {
        pool.problem(
            pool.at(),
            "the first worker pool runs nothing; give it a pythonPackageSpec or a containerSpec"
        );
    }
}

void read_first_pool(YamlReader& pool, UnusedFields& unused, TrainerSpec& trainer) {
    for (const std::string_view key : {"machineSpec", "diskSpec", "nfsMounts"}) {
        if (const YamlNode* node = pool.find(key)) {
            unused.add_members(key, *node);
        }
    }
    add_unused(pool, unused, "", std::array{"replicaCount"sv});
    read_trainer(pool, unused, trainer);
}

// A trial is one process: that of the first pool, which is the chief's.
void read_pools(YamlReader& reader, UnusedFields& unused, TrainerSpec& trainer) {
    const YamlNode* list = reader.require(
        "workerPoolSpecs", "workerPoolSpecs: [{containerSpec: {command: [python3, task.py]}}]"
    );
    const auto items = reader.items("workerPoolSpecs");
    const bool is_list = list != nullptr && list->kind == YamlKind::sequence;
    if (is_list && (items.empty() || is_empty(items.front()))) {
        reader.problem(list->at, "workerPoolSpecs has no first pool, so there is nothing to run");
    }
    for (const YamlNode& item : items) {
        if (is_empty(item)) {
            continue;
        }
        YamlReader pool(
            item, "an item of workerPoolSpecs", kWorkerPoolKeys, reader.findings(), section_of
        );
        if (item.kind != YamlKind::mapping) {
            continue;
        }
        if (&item == &items.front()) {
            read_first_pool(pool, unused, trainer);
        } else {
            pool.notice(item.at, "only the first worker pool runs here: a trial is one process");
            unused.add(fmt::format("workerPoolSpecs[{}]", &item - &items.front()), item);
        }
    }
}

void read_scheduling(YamlReader& reader, UnusedFields& unused, Limits& limits) {
    if (const YamlNode* node = reader.find("scheduling")) {
        YamlReader scheduling(*node, "scheduling", kSchedulingKeys, reader.findings(), section_of);
        limits.timeout = scheduling.duration("timeout");
        add_unused(scheduling, unused, "scheduling", YamlReader::Keys(kSchedulingKeys).subspan(1));
    }
}

void read_output(YamlReader& reader, TrainerSpec& trainer) {
    const YamlNode* node = reader.find("baseOutputDirectory");
    if (node == nullptr) {
        return;
    }
    YamlReader output(*node, "baseOutputDirectory", kOutputKeys, reader.findings(), section_of);
    trainer.output_dir = output.text("outputUriPrefix");
    if (trainer.output_dir && trainer.output_dir->empty()) {
        trainer.output_dir.reset();
    }
}

}  // namespace

void read_trial_job(
    const YamlNode& node,
    const Host* host,
    Findings& findings,
    UnusedFields& unused,
    StudyConfig& config
) {
    YamlReader reader(node, "trialJobSpec", kTrialJobSpecKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    read_pools(reader, unused, config.trainer);
    read_wanted_resources(reader, host, config);
    read_scheduling(reader, unused, config.limits);
    read_output(reader, config.trainer);
    add_unused(reader, unused, "", kMachineKeys);
}

}  // namespace tuner::vizier
