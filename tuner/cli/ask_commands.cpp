#include "tuner/cli/ask_commands.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/hand_in.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/trial_table.h"
#include "tuner/formats/json_text.h"

#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

// The path of the study to ask: a file's is made if there is none.
asio::awaitable<Result<std::string>> path_to_ask(
    const HttpClient& client, std::string study, std::ostream& err
) {
    if (!names_file(study)) {
        co_return study_path(study);
    }
    RunOrder order;
    order.file = absolute_file(study);
    order.is_asked = true;
    Result<HandedIn> made = co_await hand_in_order(client, std::move(order));
    if (!made) {
        co_return tl::unexpected(made.error());
    }
    for (const std::string& notice : made->notices) {
        err << "note: " << printable(notice) << "\n";
    }
    co_return study_path(made->id);
}

// One line for each trial, for a shell: its number, then its parameters as flags.
std::string shell_lines(const Json& trials) {
    std::string lines;
    for (const Json& trial : trials) {
        lines += fmt::format(
            "{} {}\n", trial.at("id").get<std::int64_t>(), flags_text(trial.at("parameters"))
        );
    }
    return lines;
}

std::string body_of(const TellOptions& options, const std::string& metric) {
    Json body = Json::object();
    if (options.is_infeasible) {
        body["infeasible"] = true;
    } else if (options.value && options.measures) {
        body["metrics"] = {{metric, to_json_number(*options.value)}};
    } else if (options.value) {
        body["objective"] = to_json_number(*options.value);
    }
    if (options.step) {
        body["step"] = *options.step;
    }
    if (!options.reason.empty()) {
        body["reason"] = options.reason;
    }
    return to_line(body);
}

void add_ask(CLI::App& app, CommandContext& context) {
    CLI::App* command =
        app.add_subcommand("ask", "Trials to evaluate yourself, of a study without a trainer");
    command->footer(
        "Example:\n  tuner ask space.yaml -n 4 --args | while read -r trial flags; do\n"
        "      tuner tell space.yaml $trial $(./measure.sh $flags)\n  done"
    );
    auto options = std::make_shared<AskOptions>();
    add_study_argument(*command, options->study);
    add_format_option(*command, context);
    command->add_option("-n,--count", options->count, "how many")->capture_default_str();
    command->add_option(
        "--client", options->client, "who asks; the same one gets its unfinished trials first"
    );
    command->add_flag("--args", options->args, "print only `TRIAL --name=value …` lines");
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return ask_for_trials(*options, client, output);
    });
}

void add_tell(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("tell", "How a trial went that `tuner ask` gave out");
    command->footer(
        "Example:\n  tuner tell space-1 3 0.25\n"
        "  tuner tell space-1 3 0.4 --step 100 --intermediate\n"
        "  tuner tell space-1 3 --infeasible --reason 'out of memory'"
    );
    auto options = std::make_shared<TellOptions>();
    command->add_option("STUDY", options->study, "an id, a name or a YAML file")
        ->type_name("")
        ->required();
    command->add_option("TRIAL", options->trial, "its number")->type_name("")->required();
    CLI::Option* value =
        command->add_option("VALUE", options->value, "the objective; what was measured if left out")
            ->type_name("");
    command->add_option("--step", options->step, "where it was measured");
    command->add_flag("--intermediate", options->measures, "the trial goes on")->needs(value);
    command->add_flag("--infeasible", options->is_infeasible, "there can be no result here")
        ->excludes(value);
    command->add_option("--reason", options->reason, "why it is infeasible");
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return tell_of_trial(*options, client, output);
    });
}

}  // namespace

void add_ask_commands(CLI::App& app, CommandContext& context) {
    add_ask(app, context);
    add_tell(app, context);
}

asio::awaitable<int> ask_for_trials(AskOptions options, const HttpClient& client, Output output) {
    Result<std::string> path = co_await path_to_ask(client, options.study, output.err);
    if (!path) {
        co_return report(output.err, path.error());
    }
    const Json wanted{{"count", options.count}, {"client", options.client}};
    std::string body = to_line(wanted);
    Result<std::string> text = co_await client.post(*path + "/trials:suggest", std::move(body));
    Result<Json> answer = text ? parse_answer(*text) : tl::unexpected(text.error());
    if (!answer) {
        co_return report(output.err, answer.error());
    }
    const Json& trials = answer->at("trials");
    if (options.args) {
        output.out << shell_lines(trials);
        co_return to_int(ExitCode::done);
    }
    const auto study = co_await get_json(client, *path);
    if (!study) {
        co_return report(output.err, study.error());
    }
    print_data(output, trials, [&](bool exact) {
        return trials_table(trials, cell_text(study->at("metric"), Digits::few), exact);
    });
    if (!output.quiet && output.format == Format::table) {
        const std::string id = study->at("id").get<std::string>();
        output.err
            << (trials.empty() ? fmt::format("study {} has no more trials to give out\n", id)
                               : fmt::format(
                                     "say how it went   tuner tell {} {} VALUE\n",
                                     id,
                                     trials.front().at("id").get<std::int64_t>()
                                 ));
    }
    co_return to_int(ExitCode::done);
}

asio::awaitable<int> tell_of_trial(TellOptions options, const HttpClient& client, Output output) {
    const std::string path = study_path(options.study);
    const auto study = co_await get_json(client, path);
    if (!study) {
        co_return report(output.err, study.error());
    }
    std::string body = body_of(options, cell_text(study->at("metric"), Digits::all));
    std::string target = fmt::format(
        "{}/trials/{}:{}", path, options.trial, options.measures ? "measure" : "complete"
    );
    Result<std::string> text = co_await client.post(std::move(target), std::move(body));
    Result<Json> answer = text ? parse_answer(*text) : tl::unexpected(text.error());
    if (!answer) {
        co_return report(output.err, answer.error());
    }
    if (answer->at("shouldStop") == true && !output.quiet) {
        output.err << fmt::format(
            "trial {} should stop: it will come to nothing; tell its last value\n", options.trial
        );
    }
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
