#include "tuner/service/retraining.h"

#include "tuner/study/limits.h"

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::string_view kSuffix = "-train";

Result<Trial> choose(const Study& study, const History& history, std::optional<TrialId> wanted) {
    if (!wanted) {
        const Trial* best = history.best();
        return best != nullptr
                   ? Result<Trial>(*best)
                   : fail(
                         ErrorCode::not_found,
                         fmt::format(
                             "no trial of study {} has completed yet; name one with --trial N",
                             study.id
                         )
                     );
    }
    const auto count = static_cast<std::int64_t>(history.trials.size());
    if (wanted->value() < 1 || wanted->value() > count) {
        return fail(
            ErrorCode::not_found,
            fmt::format("study {} has no trial {}; it has {}", study.id, wanted->value(), count)
        );
    }
    return history.trials[static_cast<std::size_t>(wanted->value() - 1)];
}

std::optional<std::string> below(std::optional<std::string> job_dir) {
    if (job_dir) {
        *job_dir += job_dir->ends_with('/') ? "train" : "/train";
    }
    return job_dir;
}

}  // namespace

Result<NewStudy> make_retraining(
    const Study& study, const History& history, const RetrainRequest& request
) {
    if (study.config.is_plain() || !study.config.trainer.runs_something()) {
        return invalid(
            study.config.is_plain()
                ? fmt::format("study {} is a plain run: run its file again instead", study.id)
                : fmt::format("study {} has no trainer to run", study.id)
        );
    }
    Result<Trial> trial = choose(study, history, request.trial);
    if (!trial) {
        return tl::unexpected(trial.error());
    }
    NewStudy made;
    StudyConfig& config = made.config;
    config.name = study.config.name.substr(0, kMaxStudyNameBytes - kSuffix.size());
    config.name += kSuffix;
    config.limits.termination_grace = study.config.limits.termination_grace;
    config.resources = study.config.resources;
    config.trainer = study.config.trainer;
    config.trainer.job_dir = request.job_dir ? request.job_dir : below(config.trainer.job_dir);
    config.trainer.output_dir = below(config.trainer.output_dir);
    std::vector<std::string>& args = config.trainer.args;
    const std::vector<std::string> flags = to_flags(trial->assignment);
    args.insert(args.end(), flags.begin(), flags.end());
    args.insert(args.end(), request.args.begin(), request.args.end());
    return made;
}

}  // namespace tuner
