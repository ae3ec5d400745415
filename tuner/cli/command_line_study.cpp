#include "tuner/cli/command_line_study.h"

#include "tuner/cli/study_client.h"
#include "tuner/cli/yaml_text.h"
#include "tuner/formats/json_text.h"
#include "tuner/formats/study_document.h"
#include "tuner/formats/study_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

namespace fs = std::filesystem;

// What runs a script: the script's name says more about the study.
constexpr std::array<std::string_view, 11> kInterpreters{
    "python",
    "python2",
    "python3",
    "sh",
    "bash",
    "Rscript",
    "julia",
    "perl",
    "ruby",
    "node",
    "env"};

// A path or an opaque address, as the server is to see it.
std::string absolute_package(const std::string& path) {
    if (path.find("://") != std::string::npos) {
        return path;
    }
    std::string absolute = absolute_file(path);
    while (absolute.size() > 1 && absolute.ends_with('/')) {
        absolute.pop_back();  // DIR/ is DIR: the same study
    }
    return absolute;
}

std::vector<std::string> packages_of(const RunWords& words) {
    std::vector<std::string> packages;
    if (!words.package_path.empty()) {
        packages.push_back(absolute_package(words.package_path));
    }
    std::istringstream list(words.packages);
    for (std::string item; std::getline(list, item, ',');) {
        if (!item.empty()) {
            packages.push_back(absolute_package(item));
        }
    }
    return packages;
}

std::optional<std::string> scale_tier_of(const RunWords& words) {
    return words.scale_tier.empty() ? std::nullopt : std::optional(to_scale_tier(words.scale_tier));
}

// The script of an interpreter, else the program.
std::string program_name(const std::vector<std::string>& command) {
    for (const std::string& word : command) {
        const std::string name = fs::path(word).stem().string();
        const bool is_interpreter =
            std::find(kInterpreters.begin(), kInterpreters.end(), name) != kInterpreters.end();
        if (!is_interpreter && !word.starts_with('-')) {
            return name;
        }
    }
    return fs::path(command.front()).stem().string();
}

Result<RunOrder> to_file_order(const RunWords& words) {
    if (words.minimize || words.maximize) {
        return invalid(fmt::format(
            "--{} is for a study without a file; {} says itself what it ranks by",
            words.minimize ? "minimize" : "maximize",
            words.file
        ));
    }
    const auto space = parse_command_line_space(words.rest);
    if (!space || !space->parameters.empty()) {
        return invalid(fmt::format(
            "parameters like ~log(a,b) are for a study without a file; {} has its own params",
            words.file
        ));
    }
    RunOrder order;
    order.file = absolute_file(words.file);
    order.args = words.rest;
    order.name = words.name;
    order.max_trials = words.max_trials;
    order.max_parallel_trials = words.max_parallel_trials;
    order.seed = words.seed;
    order.force_new = words.force_new;
    order.python_module = words.module_name;
    order.package_uris = packages_of(words);
    order.job_dir = words.job_dir;
    order.scale_tier = scale_tier_of(words);
    return order;
}

Result<void> check(const RunWords& words, const CommandLineSpace& space) {
    if (words.minimize && words.maximize) {
        return invalid("--minimize and --maximize exclude each other; one metric ranks the trials");
    }
    const bool has_objective = words.minimize || words.maximize;
    if (space.command.empty() && !words.module_name) {
        return invalid(
            "name a study file, or give the trainer after --, like: tuner run --minimize rmse -- "
            "./train.py --lr '~log(1e-5,1e-1)'"
        );
    }
    if (!space.parameters.empty() && !has_objective) {
        return invalid("say which metric ranks the trials: --minimize rmse, or --maximize accuracy"
        );
    }
    if (has_objective && !words.max_trials) {
        return invalid("say how many trials there may be, like --trials 20");
    }
    if (space.parameters.empty() && has_objective) {
        return invalid(
            "nothing can be tuned: give a parameter after --, like --lr '~log(1e-5,1e-1)'"
        );
    }
    return {};
}

Result<StudyOnCommandLine> to_study(const RunWords& words) {
    auto space = parse_command_line_space(words.rest);
    if (!space) {
        return tl::unexpected(space.error());
    }
    if (auto good = check(words, *space); !good) {
        return tl::unexpected(good.error());
    }
    StudyOnCommandLine study;
    study.space = std::move(*space);
    if (words.minimize) {
        study.objective = Objective{*words.minimize, Goal::minimize};
    } else if (words.maximize) {
        study.objective = Objective{*words.maximize, Goal::maximize};
    }
    study.max_trials = words.max_trials.value_or(1);
    study.max_parallel_trials = words.max_parallel_trials.value_or(1);
    study.python_module = words.module_name.value_or("");
    study.package_uris = packages_of(words);
    study.job_dir = words.job_dir;
    study.scale_tier = scale_tier_of(words);
    study.seed = words.seed;
    return study;
}

}  // namespace

Result<RunOrder> to_order(const RunWords& words) {
    if (!words.file.empty()) {
        return to_file_order(words);
    }
    const Result<StudyOnCommandLine> study = to_study(words);
    if (!study) {
        return tl::unexpected(study.error());
    }
    RunOrder order;
    order.document = to_line(to_study_document(*study));
    order.working_dir = fs::current_path().string();
    order.force_new = words.force_new;
    order.name = words.name.value_or(to_study_name(
        study->python_module.empty() ? program_name(study->space.command) : study->python_module
    ));
    if (!study->objective) {
        order.max_trials = words.max_trials;  // refused, with the reason
    }
    return order;
}

Result<std::string> to_study_file(const RunWords& words) {
    if (!words.file.empty()) {
        return invalid("--save is for a study without a file");
    }
    return to_study(words).map([](const StudyOnCommandLine& study) {
        return to_yaml(to_study_document(study));
    });
}

std::string to_scale_tier(std::string text) {
    std::replace(text.begin(), text.end(), '-', '_');
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

}  // namespace tuner
