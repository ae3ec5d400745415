// `tuner local train`: a Python trainer run here and now, without a daemon, a study or a record, as
// `gcloud ml-engine local train` runs it (contract.md 4.2).
//
// The trainer gets the user's arguments, then --job-dir and the folder as two words; its working
// folder is the one that contains the package; TF_CONFIG names no trial. Its exit code is ours.
// With --distributed there is one process for each task of a cluster on this machine; the run ends
// with the chief's.

#pragma once

#include "tuner/cli/command_context.h"
#include "tuner/cli/program.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

struct LocalTraining {
    std::string module;        // trainer.task
    std::string package_path;  // the package's own folder
    std::string job_dir;       // empty: none
    std::vector<std::string> args;
    bool distributed = false;
    std::optional<int> parameter_servers;
    std::optional<int> workers;
    std::optional<int> evaluators;
    int start_port = 27'182;
};

// The processes of a training, the chief last. `chief` is its name in TF_CONFIG: "chief", or
// "master" for TensorFlow 1. Pure but for looking where we are.
std::vector<Program> plan_local_training(
    const LocalTraining& training, const std::string& python, const std::string& chief
);

// What is said about flags that mean nothing without --distributed; one warning each.
std::vector<std::string> warnings_of(const LocalTraining& training);

// The trainer's exit code; 1 when it cannot be started.
int train_locally(const LocalTraining& training, const Output& output);

void add_local_train(CLI::App& group, CommandContext& context);

}  // namespace tuner
