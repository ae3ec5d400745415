#include "tuner/cli/validate_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/table.h"
#include "tuner/formats/study_yaml.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace {

Result<std::string> read_file(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(kMaxYamlBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file)) {
        return invalid(
            fmt::format("cannot read {}: {}", file, std::strerror(errno != 0 ? errno : EISDIR))
        );
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;  // one byte too many is a problem that the parser reports
}

std::string trainer_text(const StudyConfig& config) {
    if (!config.trainer.runs_something()) {
        return config.is_plain() ? "none: give the command after -- to tuner run"
                                 : "none: you evaluate the trials yourself";
    }
    const TrainerSpec& trainer = config.trainer;
    std::vector<std::string> words = trainer.command;
    if (words.empty()) {
        words = {"python3", "-m", trainer.python_module};
    }
    words.insert(words.end(), trainer.args.begin(), trainer.args.end());
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + shell_quoted(printable(word));
    }
    return text;
}

std::string size_text(const SearchSpace& space) {
    const auto size = space.size();
    const std::size_t count = space.parameters().size();
    return fmt::format(
        "{} parameter{}, {}",
        count,
        count == 1 ? "" : "s",
        size ? fmt::format("{} different trials", *size) : "infinitely many different trials"
    );
}

}  // namespace

std::string explain(const StudyConfig& config) {
    const Limits& limits = config.limits;
    if (config.is_plain()) {
        return fmt::format(
            "study      {}\ntrials     one: a plain run, without hyperparameters\ntrainer    {}\n",
            printable(config.name),
            trainer_text(config)
        );
    }
    std::string text = fmt::format(
        "study      {}\ngoal       {} {}\ntrials     {}, {} at a time\nalgorithm  {}\n"
        "trainer    {}\nspace      {}\n",
        printable(config.name),
        name_of(config.objective().goal),
        printable(config.objective().metric),
        limits.max_trials,
        limits.max_parallel_trials,
        name_of(config.algorithm),
        trainer_text(config),
        size_text(config.space)
    );
    if (!config.resources.are_none()) {
        text += fmt::format("resources  {} for each trial\n", describe(config.resources));
    }
    Table parameters({{"  parameter"}, {"values"}, {"only where"}});
    for (const Parameter& parameter : config.space.parameters()) {
        std::string condition;
        if (parameter.condition()) {
            for (const ParameterValue& value : parameter.condition()->values) {
                condition += condition.empty() ? parameter.condition()->parent + " is " : " or ";
                condition += to_display_text(value);
            }
        }
        parameters.add(
            {"  " + parameter.name(), printable(describe(parameter.domain())), printable(condition)}
        );
    }
    return text + parameters.to_text();
}

namespace {

boost::asio::awaitable<int> run_validate(
    std::shared_ptr<std::string> file, CommandContext& context
) {
    const Result<Host> host =
        context.find_host ? context.find_host() : Result<Host>(tl::unexpected(Error{}));
    if (context.find_host && !host) {
        co_return report(context.err, host.error());
    }
    co_return validate(*file, output_of(context), host ? &*host : nullptr);
}

}  // namespace

void add_validate(CLI::App& app, CommandContext& context) {
    CLI::App* command =
        app.add_subcommand("validate", "Check a study's file and explain its search space");
    command->footer("Example:\n  tuner validate hyperparam.yaml");
    auto file = std::make_shared<std::string>();
    command->add_option("FILE", *file, "the YAML file")->type_name("")->required();
    add_config_option(*command, context);
    command->callback([&context, file] {
        context.chosen = [&context, file] { return run_validate(file, context); };
    });
}

int validate(const std::string& file, const Output& output, const Host* host) {
    const auto text = read_file(file);
    if (!text) {
        return report(output.err, text.error());
    }
    const std::filesystem::path path(absolute_file(file));
    const StudyYamlContext context{file, path.parent_path().string(), study_name_for(path), host};
    const auto parsed = parse_study_yaml(*text, context);
    if (!parsed) {
        output.err << to_text(parsed.error(), *text, context);
        return to_int(ExitCode::usage);
    }
    output.out << explain(parsed->config);
    if (!output.quiet) {
        output.err << to_text(parsed->notices, *text, context);
    }
    return to_int(ExitCode::done);
}

}  // namespace tuner
