// Where the event files of a trial's trainer may appear: its job dir, its own folder, the folder
// that the lab's trainers make of their --output_dir (contract.md 3.2), and the one that the Vizier
// dialect names to them.
//
// A trainer that ignores --job-dir appends the trial's number to its own output argument; so
// OUTPUT/TRIAL is watched for each of kOutputFlags among the user's arguments, not OUTPUT itself,
// where other trials write too. A plain run has its output to itself. Pure.

#pragma once

#include "tuner/base/id.h"
#include "tuner/study/study_config.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::array<std::string_view, 6> kOutputFlags{
    "output_dir", "output-dir", "model_dir", "model-dir", "logdir", "log_dir"};

// Absolute paths, without what is in no file system here (gs://…). `job_dir` and `log_dir`, which
// is AIP_TENSORBOARD_LOG_DIR, are the trial's own; there is no `trial` in a plain run.
std::vector<std::string> find_event_dirs(
    const TrainerSpec& trainer,
    std::optional<TrialId> trial,
    const std::optional<std::string>& job_dir,
    const std::optional<std::string>& log_dir,
    const std::filesystem::path& trial_dir
);

}  // namespace tuner
