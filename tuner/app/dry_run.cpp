#include "tuner/app/dry_run.h"

#include "tuner/api/study_body.h"
#include "tuner/base/random.h"
#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/validate_command.h"
#include "tuner/executor/python_packages.h"
#include "tuner/executor/trainer_launch.h"
#include "tuner/optimizer/catalog.h"
#include "tuner/service/study_request.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::int64_t kShownSuggestions = 5;

// What only the daemon of the real run will know.
constexpr const char* kApiUrl = "http://HOST:PORT";
constexpr const char* kTrialToken = "TOKEN";

// The study as it would be stored, were it the first of its name.
Study to_study(StudyConfig config) {
    Study study;
    study.id = config.name + "-1";
    study.config = std::move(config);
    return study;
}

std::vector<Suggestion> first_suggestions(const StudyConfig& config) {
    const Limits& limits = config.limits;
    const auto count = std::min({limits.max_parallel_trials, limits.max_trials, kShownSuggestions});
    Rng rng(*config.seed, "suggest", 1);
    return make_optimizer(config.algorithm)
        ->suggest(History{config, {}}, static_cast<int>(count), rng);
}

std::string suggestions_text(const std::vector<Suggestion>& suggestions) {
    std::string text = "first trials\n";
    int number = 0;
    for (const Suggestion& suggestion : suggestions) {
        text += fmt::format("{:>5}  ", ++number);
        for (const std::string& flag : to_flags(suggestion.assignment)) {
            text += " " + shell_quoted(printable(flag));
        }
        text += "\n";
    }
    return text;
}

// As on a machine where nothing else runs: the first GPUs are trial 1's.
std::vector<std::int64_t> first_gpus(const Resources& resources, const Machine& machine) {
    std::vector<std::int64_t> numbers;
    for (const Gpu& gpu : machine.gpus) {
        if (std::ssize(numbers) < resources.gpus) {
            numbers.push_back(gpu.number);
        }
    }
    return numbers;
}

Result<Launch> launch_of_trial_1(
    const Study& study, Suggestion suggestion, const std::string& given_data_dir, const Host& host
) {
    const std::filesystem::path data_dir = std::filesystem::absolute(given_data_dir);
    const Trial trial = Trial::create(TrialId(1), std::move(suggestion), TimePoint{});
    AttemptRecord attempt;
    attempt.trial = trial.id;
    attempt.number = 1;
    attempt.dir = (data_dir / "studies" / study.id / "1" / "1").string();
    attempt.gpus = first_gpus(study.config.resources, host.machine);
    MachineEnvironment machine = MachineEnvironment::of_this_process();
    machine.host = host;
    machine.api_url = kApiUrl;
    machine.api_file = (data_dir / "daemon").string();
    Result<Launch> launch = make_launch(study, trial, attempt, machine);
    if (launch) {
        launch->env["TUNER_TRIAL_TOKEN"] = kTrialToken;
    }
    return launch;
}

std::string launch_text(const Launch& launch) {
    std::string text = fmt::format("trial 1 runs in {}\n ", printable(launch.working_dir));
    for (const std::string& word : launch.argv) {
        text += " " + shell_quoted(printable(word));
    }
    text += "\nwith the environment\n";
    for (const auto& [name, value] : launch.env) {
        text += fmt::format("  {}={}\n", printable(name), shell_quoted(printable(value)));
    }
    return text;
}

// What differs in the real run, as notes.
std::vector<std::string> notes_of(const ReadStudy& read, const PythonPackages& packages) {
    std::vector<std::string> notes = read.notices;
    const StudyConfig& config = read.study.config;
    notes.push_back(fmt::format(
        "{} and {} stand for the address of the run's daemon and the trial's own token",
        kApiUrl,
        kTrialToken
    ));
    if (config.resources.gpus > 0) {
        notes.emplace_back("the GPUs are those that trial 1 gets where no other study has any");
    }
    if (!config.is_plain() && !config.seed) {
        notes.emplace_back("the file has no seed, so the run draws one and other first trials");
    }
    if (!packages.empty()) {
        notes.emplace_back("the run copies the packages first, and its trials use the copy");
    }
    return notes;
}

}  // namespace

int dry_run(
    const RunOrder& order, const GlobalOptions& options, const Host& host, const Output& output
) {
    const auto request = parse_run_request(order_body(order));
    if (!request) {
        return report(output.err, request.error());
    }
    Result<ReadStudy> read = read_study(**request, &host);
    if (!read) {
        return report(output.err, read.error());
    }
    const TrainerSpec& trainer = read->study.config.trainer;
    const bool has_module = !trainer.python_module.empty();
    const auto packages = PythonPackages::read(
        has_module ? trainer.package_uris : std::vector<std::string>(), trainer.working_dir
    );
    if (!packages) {
        return report(output.err, packages.error());
    }
    const std::vector<std::string> notes = notes_of(*read, *packages);
    Study study = to_study(std::move(read->study.config));
    study.config.seed = study.config.seed.value_or(1);
    const std::vector<Suggestion> suggestions = first_suggestions(study.config);
    const Result<Launch> launch =
        launch_of_trial_1(study, suggestions.front(), options.data_dir, host);
    if (!launch) {
        return report(output.err, launch.error());
    }
    output.out << explain(study.config);
    if (!study.config.is_plain()) {
        output.out << suggestions_text(suggestions);
    }
    output.out << launch_text(*launch);
    if (!output.quiet) {
        for (const std::string& note : notes) {
            output.err << "note: " << printable(note) << "\n";
        }
        output.err << "nothing was started and nothing stored\n";
    }
    return to_int(ExitCode::done);
}

}  // namespace tuner
