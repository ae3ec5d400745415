#include "tuner/cli/best_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/trial_table.h"

#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

void print_for_people(const Output& output, const Json& study, const Json& trial) {
    const std::string id = study.at("id").get<std::string>();
    const auto number = trial.at("id").get<std::int64_t>();
    output.out << fmt::format(
        "trial {} of {}   {} {}\n",
        number,
        id,
        cell_text(study.at("metric"), Digits::few),
        metric_text(trial.at("objective"))
    );
    Table parameters({{"", Align::left}, {"", Align::left}, {"", Align::left}});
    for (const auto& [name, value] : trial.at("parameters").items()) {
        parameters.add({"", printable(name), cell_text(value, Digits::all)});
    }
    const std::string text = parameters.to_text();
    output.out << text.substr(text.find('\n') + 1);
    if (!output.quiet) {
        output.err << fmt::format(
            "as flags   tuner best {0} --args\nits log    tuner logs {0} {1}\n", id, number
        );
    }
}

}  // namespace

void add_best(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("best", "The best trial of a study");
    command->footer("Example:\n  python3 -m trainer.task $(tuner best babyweight-1 --args)");
    auto options = std::make_shared<BestOptions>();
    add_study_argument(*command, options->study);
    add_format_option(*command, context);
    command->add_flag(
        "--args", options->args, "print only --name=value …, quoted for a shell where needed"
    );
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return show_best(*options, client, output);
    });
}

boost::asio::awaitable<int> show_best(
    BestOptions options, const HttpClient& client, Output output
) {
    const std::string path = study_path(options.study);
    const auto trial = co_await get_json(client, path + "/best");
    if (!trial) {
        co_return report(output.err, trial.error());
    }
    if (options.args) {
        output.out << flags_text(trial->at("parameters")) << "\n";
        co_return to_int(ExitCode::done);
    }
    const std::string id = trial->at("study").get<std::string>();
    const auto study = co_await get_json(client, study_path(id));
    if (!study) {
        co_return report(output.err, study.error());
    }
    if (output.format == Format::table) {
        print_for_people(output, *study, *trial);
        co_return to_int(ExitCode::done);
    }
    print_data(output, *trial, [&](bool exact) {
        return trials_table(
            Json::array({*trial}), cell_text(study->at("metric"), Digits::few), exact
        );
    });
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
