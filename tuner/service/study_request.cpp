#include "tuner/service/study_request.h"

#include "tuner/formats/study_yaml.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace tuner {

namespace fs = std::filesystem;

namespace {

// The text of a file; `invalid_argument` when it cannot be read.
Result<std::string> read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return invalid(fmt::format("cannot read {}: no such file", path));
    }
    std::string text(kMaxYamlBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;  // one byte too many is refused by the parser, with its own words
}

// Arguments after `--`: they go on the trainer's, or are the command when the file has none. All of
// them are: the file's own arguments come after the script that an interpreter is to run.
void append_arguments(TrainerSpec& trainer, const std::vector<std::string>& args) {
    if (!trainer.runs_something()) {
        trainer.command = args;
        return;
    }
    trainer.args.insert(trainer.args.end(), args.begin(), args.end());
}

void override_trainer(TrainerSpec& trainer, const RunRequest& request) {
    if (request.python_module) {
        trainer.python_module = *request.python_module;
        trainer.command.clear();
    }
    if (!request.package_uris.empty()) {
        trainer.package_uris = request.package_uris;
    }
    if (request.job_dir) {
        trainer.job_dir = request.job_dir;
    }
    append_arguments(trainer, request.args);
}

void apply_overrides(StudyConfig& config, const RunRequest& request) {
    override_trainer(config.trainer, request);
    config.name = request.name.value_or(config.name);
    config.limits.max_trials = request.max_trials.value_or(config.limits.max_trials);
    config.limits.max_parallel_trials =
        request.max_parallel_trials.value_or(config.limits.max_parallel_trials);
    if (request.seed) {
        config.seed = request.seed;
    }
}

// Whoever forgets the command in a file means tuner to run something; a document comes from a
// program, which knows what it asks for.
bool may_be_asked(const RunRequest& request) {
    return request.args.empty() && !request.python_module &&
           (request.is_asked || request.file.empty());
}

StudyYamlContext context_of(const RunRequest& request) {
    StudyYamlContext context;
    context.scale_tier = request.scale_tier;
    context.is_asked = may_be_asked(request);
    if (request.file.empty()) {
        context.file = "document";
        context.working_dir = request.working_dir;
        context.name = "study";
    } else {
        const fs::path path(request.file);
        context.file = path.filename().string();
        context.working_dir = path.parent_path().string();
        context.name = study_name_for(path);
    }
    return context;
}

Result<void> check_trainer(
    const StudyConfig& config, const RunRequest& request, const StudyYamlContext& context
) {
    const TrainerSpec& trainer = config.trainer;
    if (config.is_asked()) {
        return context.is_asked && !config.is_plain()
                   ? Result<void>()
                   : invalid(fmt::format(
                         "{0}: nothing to run: add `command: [program, argument]` to the file, "
                         "give the command after --, or evaluate trials yourself: tuner ask "
                         "{0}",
                         context.file
                     ));
    }
    if (request.is_asked) {
        return invalid(fmt::format(
            "{0} has a trainer, which tuner runs: tuner run {0}; to evaluate its trials "
            "yourself, take the command out",
            context.file
        ));
    }
    if (trainer.python_module.empty() && !request.package_uris.empty()) {
        return invalid(fmt::format(
            "{}: packages belong to a pythonModule, and {} is run: give --module-name "
            "trainer.task, or leave the packages out",
            context.file,
            trainer.command.front()
        ));
    }
    return {};
}

}  // namespace

Result<ReadStudy> read_study(const RunRequest& request, const Host* host) {
    Result<std::string> text =
        request.file.empty() ? Result<std::string>(request.document) : read_file(request.file);
    if (!text) {
        return tl::unexpected(text.error());
    }
    StudyYamlContext context = context_of(request);
    context.host = host;
    auto parsed = parse_study_yaml(*text, context);
    if (!parsed) {
        return invalid(to_text(parsed.error(), *text, context));
    }
    apply_overrides(parsed->config, request);
    if (auto good = check_trainer(parsed->config, request, context); !good) {
        return tl::unexpected(good.error());
    }
    Result<StudyConfig> config = StudyConfig::create(std::move(parsed->config));
    if (!config) {
        return tl::unexpected(config.error());
    }
    ReadStudy read{NewStudy{std::move(*config), request.file, std::move(*text)}, {}};
    for (const Problem& notice : parsed->notices) {
        read.notices.push_back(
            fmt::format("{}:{}:{}: {}", context.file, notice.line, notice.column, notice.message)
        );
    }
    return read;
}

}  // namespace tuner
