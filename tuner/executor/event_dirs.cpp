#include "tuner/executor/event_dirs.h"

#include <algorithm>

namespace tuner {

namespace fs = std::filesystem;

namespace {

// The value of one of kOutputFlags at `args[i]`: "--logdir=X", or "--logdir" before "X".
std::optional<std::string> output_of(const std::vector<std::string>& args, std::size_t i) {
    std::string_view flag = args[i];
    if (!flag.starts_with("--")) {
        return std::nullopt;
    }
    flag.remove_prefix(2);
    const std::size_t equals = std::min(flag.find('='), flag.size());
    const std::string_view name = flag.substr(0, equals);
    if (std::find(kOutputFlags.begin(), kOutputFlags.end(), name) == kOutputFlags.end()) {
        return std::nullopt;
    }
    if (equals < flag.size()) {
        return std::string(flag.substr(equals + 1));
    }
    return i + 1 < args.size() ? std::optional(args[i + 1]) : std::nullopt;
}

}  // namespace

std::vector<std::string> find_event_dirs(
    const TrainerSpec& trainer,
    std::optional<TrialId> trial,
    const std::optional<std::string>& job_dir,
    const std::optional<std::string>& log_dir,
    const fs::path& trial_dir
) {
    std::vector<std::string> dirs;
    const auto add = [&](const std::string& dir) {
        const fs::path path = (fs::path(trainer.working_dir) / dir).lexically_normal();
        const bool is_known = std::find(dirs.begin(), dirs.end(), path) != dirs.end();
        if (dir.find("://") == std::string::npos && !is_known) {
            dirs.push_back(path.string());
        }
    };
    if (job_dir) {
        add(*job_dir);
    }
    for (const std::vector<std::string>* words : {&trainer.command, &trainer.args}) {
        for (std::size_t i = 0; i < words->size(); ++i) {
            if (const auto output = output_of(*words, i); output && !output->empty()) {
                add(trial ? *output + "/" + std::to_string(trial->value()) : *output);
            }
        }
    }
    if (log_dir) {
        add(*log_dir);
    }
    add(trial_dir.string());
    return dirs;
}

}  // namespace tuner
