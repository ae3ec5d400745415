#include "tuner/cli/trials_command.h"

#include "tuner/cli/exit_code.h"
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

void add_trials(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("trials", "The trials of a study, best first");
    command->footer("Example:\n  tuner trials babyweight-1 --top 5");
    auto options = std::make_shared<TrialsOptions>();
    add_study_argument(*command, options->study);
    add_format_option(*command, context);
    command->add_option("--top", options->top, "only the first N")->type_name("N");
    command->add_option("--sort", options->sort, "objective or trial")
        ->type_name("ORDER")
        ->check(CLI::IsMember({"objective", "trial"}).description(""));
    command->add_option("--state", options->state, "only completed, running, failed, … trials")
        ->type_name("STATE");
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return show_trials(*options, client, output);
    });
}

boost::asio::awaitable<int> show_trials(
    TrialsOptions options, const HttpClient& client, Output output
) {
    const std::string path = study_path(options.study);
    const auto study = co_await get_json(client, path);
    if (!study) {
        co_return report(output.err, study.error());
    }
    const std::string id = study->at("id").get<std::string>();
    const TrialsQuery query{options.state, options.sort == "objective", options.top};
    const auto trials = co_await get_trials(client, "/v1/studies/" + encode_segment(id), query);
    if (!trials) {
        co_return report(output.err, trials.error());
    }
    const std::string metric =
        study->at("metric").is_string() ? study->at("metric").get<std::string>() : "";
    print_data(output, *trials, [&](bool exact) { return trials_table(*trials, metric, exact); });
    if (output.format == Format::table && !output.quiet) {
        output.err << fmt::format(
            "{} shown of study {}: {}\n", trials->size(), id, counts_text(*study)
        );
    }
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
