// What a trainer is started with: the argument vector, environment and folders of one attempt
// (product.md section 4).
//
// make_launch() is pure except for looking programs up in the file system. A trainer written for
// the legacy service finds what it expects: --name=value flags after the user's arguments,
// TF_CONFIG, CLOUD_ML_* and its job dir.

#pragma once

#include "tuner/base/result.h"
#include "tuner/executor/executor.h"
#include "tuner/study/attempt.h"
#include "tuner/study/machine.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tuner {

// What the machine gives to every trainer; read once at start.
struct MachineEnvironment {
    std::map<std::string, std::string> variables;  // passed on from the daemon's own environment
    std::vector<std::string> program_dirs;  // where programs are looked up after the study's folder
    Host host;             // what there is to hand out, and the names of scale tiers
    std::string api_url;   // where the daemon listens: http://127.0.0.1:7437
    std::string api_file;  // the file that says where the present daemon does

    // The allowed part of this process's environment, PATH, and last the folder of the tuner
    // program itself.
    static MachineEnvironment of_this_process();
};

// The program `name` as an absolute path: as it is if absolute, relative to `working_dir` if it is
// there, else in the first of `dirs` that has it; `invalid_argument` lists where it was looked for.
Result<std::string> find_program(
    const std::string& name,
    const std::filesystem::path& working_dir,
    const std::vector<std::string>& dirs
);

// The folder of a study's trials, TUNER_TRIAL_DIR's parent.
std::filesystem::path trial_dir(const AttemptRecord& attempt);

// Everything an attempt of `trial` needs; `invalid_argument` when its program cannot be found.
Result<Launch> make_launch(
    const Study& study,
    const Trial& trial,
    const AttemptRecord& attempt,
    const MachineEnvironment& machine
);

}  // namespace tuner
