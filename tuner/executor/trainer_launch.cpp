#include "tuner/executor/trainer_launch.h"

#include "tuner/executor/event_dirs.h"
#include "tuner/executor/granted_resources.h"
#include "tuner/executor/launch_check.h"
#include "tuner/executor/python_packages.h"
#include "tuner/formats/tf_config.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere portable

namespace tuner {

namespace fs = std::filesystem;

namespace {

// What trainers may need of the daemon's environment. Everything else (tokens and keys above all)
// stays out; a study names what it needs more under `env`.
constexpr std::array kPassedOn = {
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "JAVA_HOME",
    "XDG_CACHE_HOME",
};
constexpr std::array kPassedOnPrefixes = {
    "LC_", "CUDA_", "NVIDIA_", "OMP_", "MKL_", "OPENBLAS_", "TF_CPP_", "PYENV_"};

bool is_passed_on(std::string_view name) {
    return std::find(kPassedOn.begin(), kPassedOn.end(), name) != kPassedOn.end() ||
           std::any_of(
               kPassedOnPrefixes.begin(),
               kPassedOnPrefixes.end(),
               [&](std::string_view prefix) { return name.starts_with(prefix); }
           );
}

std::vector<std::string> split_path(const std::string& path) {
    std::vector<std::string> dirs;
    std::istringstream stream(path);
    for (std::string dir; std::getline(stream, dir, ':');) {
        if (!dir.empty()) {
            dirs.push_back(dir);
        }
    }
    return dirs;
}

// The folder of one trial below a job's, whatever slashes this ends with; of none the job's own.
std::string folder_of(std::string job, std::optional<TrialId> trial) {
    while (job.ends_with('/')) {
        job.pop_back();
    }
    return trial ? fmt::format("{}/{}", job, trial->value()) : job;
}

// The folders of packages that are used where they lie; what has a scheme is not here.
std::vector<std::string> live_paths(const TrainerSpec& trainer) {
    std::vector<std::string> dirs;
    for (const std::string& uri : trainer.package_uris) {
        if (uri.find("://") == std::string::npos) {
            const fs::path path = (fs::path(trainer.working_dir) / uri).lexically_normal();
            const fs::path folder = path.has_filename() ? path : path.parent_path();
            dirs.push_back(
                fs::is_directory(folder) ? folder.parent_path().string() : folder.string()
            );
        }
    }
    return dirs;
}

// Where Python finds the module: the packages' own folders and the study's folder.
std::string python_path(const TrainerSpec& trainer, const std::map<std::string, std::string>& env) {
    std::vector<std::string> dirs =
        trainer.staged_paths.empty() ? live_paths(trainer) : trainer.staged_paths;
    dirs.push_back(trainer.working_dir);
    if (const auto given = env.find("PYTHONPATH"); given != env.end() && !given->second.empty()) {
        dirs.push_back(given->second);
    }
    return fmt::format("{}", fmt::join(dirs, ":"));
}

Result<std::vector<std::string>> make_argv(
    const TrainerSpec& trainer,
    const Trial& trial,
    const std::optional<std::string>& job_dir,
    const MachineEnvironment& machine
) {
    std::vector<std::string> argv = trainer.command;
    if (argv.empty() && trainer.staged_paths.empty()) {
        argv = {"python3", "-m", trainer.python_module};
    } else if (argv.empty()) {
        argv = {"python3", module_runner(trainer.staged_paths).string(), trainer.python_module};
    }
    Result<std::string> program =
        find_program(argv.front(), trainer.working_dir, machine.program_dirs);
    if (!program) {
        return tl::unexpected(program.error());
    }
    argv.front() = std::move(*program);
    argv.insert(argv.end(), trainer.args.begin(), trainer.args.end());
    if (job_dir) {
        argv.push_back("--job-dir=" + *job_dir);
    }
    // Last, so that a tuned flag wins over the same one among the user's arguments.
    for (std::string& flag : to_flags(trial.assignment)) {
        argv.push_back(std::move(flag));
    }
    return argv;
}

// The folder that a study in the Vizier dialect has for a trial, or for a plain run; it may have
// none.
std::optional<std::string> vizier_output(const TrainerSpec& trainer, std::optional<TrialId> trial) {
    return trainer.is_vizier && trainer.output_dir
               ? std::optional(folder_of(*trainer.output_dir, trial))
               : std::nullopt;
}

// What the Vizier service's trainers look for; `trial` is none for a plain run.
void add_vizier_variables(
    std::map<std::string, std::string>& env,
    const TrainerSpec& trainer,
    std::optional<TrialId> trial
) {
    if (!trainer.is_vizier) {
        return;
    }
    env["CLUSTER_SPEC"] = cluster_spec(trial);
    if (const auto base = vizier_output(trainer, trial)) {
        env["AIP_MODEL_DIR"] = *base + "/model/";
        env["AIP_CHECKPOINT_DIR"] = *base + "/checkpoints/";
        env["AIP_TENSORBOARD_LOG_DIR"] = *base + "/logs/";
    }
}

std::map<std::string, std::string> make_environment(
    const Study& study,
    const Trial& trial,
    const AttemptRecord& attempt,
    const MachineEnvironment& machine
) {
    const TrainerSpec& trainer = study.config.trainer;
    const std::string number = std::to_string(trial.id.value());
    std::map<std::string, std::string> env = machine.variables;
    for (const auto& [name, value] : trainer.env) {
        env[name] = value;
    }
    if (!trainer.python_module.empty()) {
        env["PYTHONPATH"] = python_path(trainer, env);
    }
    add_granted_resources(env, study.config, attempt, machine.host.machine);
    env["PYTHONUNBUFFERED"] = "1";
    const bool is_plain = study.config.is_plain();
    const auto tuned = is_plain ? std::nullopt : std::optional(trial.id);
    env["TF_CONFIG"] = tf_config(trainer, study.id, tuned);
    env["CLOUD_ML_JOB_ID"] = study.id;
    if (!is_plain) {  // trainers take their presence as the sign of a tuning job
        env["CLOUD_ML_TRIAL_ID"] = number;
        env["CLOUD_ML_HP_METRIC_TAG"] = study.config.objective().metric;
        env["CLOUD_ML_HP_METRIC_FILE"] = attempt.dir + "/hypertune/output.metrics";
    }
    add_vizier_variables(env, trainer, tuned);
    env["TUNER_STUDY"] = study.id;
    env["TUNER_TRIAL"] = number;
    env["TUNER_ATTEMPT"] = std::to_string(attempt.number);
    env["TUNER_TRIAL_DIR"] = trial_dir(attempt).string();
    if (!machine.api_url.empty()) {
        env["TUNER_API_URL"] = machine.api_url;
        env["TUNER_API_FILE"] = machine.api_file;
        env["TUNER_TRIAL_TOKEN"] = trial_token(attempt);
    }
    env["TUNER_CHECKPOINT_DIR"] = (trial_dir(attempt) / "checkpoints").string();
    return env;
}

}  // namespace

MachineEnvironment MachineEnvironment::of_this_process() {
    MachineEnvironment machine;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && is_passed_on(text.substr(0, equals))) {
            machine.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    if (const auto path = machine.variables.find("PATH"); path != machine.variables.end()) {
        machine.program_dirs = split_path(path->second);
    }
    std::error_code ignored;
    machine.program_dirs.push_back(
        fs::read_symlink("/proc/self/exe", ignored).parent_path().string()
    );
    return machine;
}

Result<std::string> find_program(
    const std::string& name, const fs::path& working_dir, const std::vector<std::string>& dirs
) {
    const fs::path beside = working_dir / name;  // `name` itself when it is absolute
    if (is_program(beside)) {
        return beside.lexically_normal().string();
    }
    if (name.find('/') == std::string::npos) {
        for (const std::string& dir : dirs) {
            if (is_program(fs::path(dir) / name)) {
                return (fs::path(dir) / name).string();
            }
        }
        return invalid(
            fmt::format("there is no program {} in {} or on PATH", name, working_dir.string())
        );
    }
    std::error_code ignored;
    return invalid(
        fs::exists(beside, ignored)
            ? fmt::format("{} is not an executable program", beside.string())
            : fmt::format("there is no program {}", beside.string())
    );
}

fs::path trial_dir(const AttemptRecord& attempt) {
    return fs::path(attempt.dir).parent_path();
}

Result<Launch> make_launch(
    const Study& study,
    const Trial& trial,
    const AttemptRecord& attempt,
    const MachineEnvironment& machine
) {
    const TrainerSpec& trainer = study.config.trainer;
    std::optional<std::string> job_dir = trainer.job_dir;
    if (job_dir && !study.config.is_plain()) {
        job_dir = folder_of(std::move(*job_dir), trial.id);
    }
    Result<std::vector<std::string>> argv = make_argv(trainer, trial, job_dir, machine);
    if (!argv) {
        return tl::unexpected(argv.error());
    }
    const auto number = study.config.is_plain() ? std::nullopt : std::optional(trial.id);
    Launch launch;
    launch.attempt = attempt.id;
    launch.uuid = attempt.uuid;
    launch.dir = attempt.dir;
    launch.argv = std::move(*argv);
    launch.env = make_environment(study, trial, attempt, machine);
    launch.working_dir = trainer.working_dir;
    launch.metric = study.config.is_plain() ? "" : study.config.objective().metric;
    std::optional<std::string> log_dir = vizier_output(trainer, number);
    if (log_dir) {
        *log_dir += "/logs";  // AIP_TENSORBOARD_LOG_DIR
    }
    launch.event_dirs = find_event_dirs(trainer, number, job_dir, log_dir, trial_dir(attempt));
    launch.timeout = study.config.limits.timeout;
    launch.stall_timeout = study.config.limits.stall_timeout;
    launch.termination_grace = study.config.limits.termination_grace;
    return launch;
}

}  // namespace tuner
