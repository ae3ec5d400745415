#include "tuner/cli/explain_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/table.h"
#include "tuner/study/suggestion.h"
#include "tuner/study/trial.h"

#include <cmath>
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

// An origin that this program does not know is one of a newer server.
std::string proposer_text(const std::string& origin) {
    const auto known = from_name<Origin>(origin);
    if (!known) {
        return "by " + printable(origin);
    }
    switch (*known) {
        case Origin::user:
            return "by its user";
        case Origin::design:
            return "by the design that the model begins with";
        case Origin::model:
            return "by the model";
        case Origin::random:
            return "at random";
        case Origin::grid:
            return "as the next point of the grid";
        case Origin::quasi_random:
            return "as the next point of a quasi-random sequence";
        case Origin::fallback:
            return "as the next quasi-random point, since the model could not be fitted";
    }
    return "";
}

std::string proposal_text(const Json& trial) {
    const std::string origin = trial.at("origin").get<std::string>();
    const Json& provenance = trial.at("provenance");
    if (origin == name_of(Origin::user)) {
        return proposer_text(origin);
    }
    return fmt::format(
        "{}, with {} results and {} unfinished trials before it",
        proposer_text(origin),
        field_text(provenance, "finished"),
        field_text(provenance, "pending")
    );
}

// ", 0.25 above what was expected". In numbers and not in standard deviations: the predicted one is
// without the noise that every result has.
std::string surprise_text(const Json& trial) {
    const Json& mean = trial.at("provenance").at("predictedMean");
    if (trial.at("state") == name_of(TrialState::pruned)) {
        return ", where it was stopped early";
    }
    if (!mean.is_number()) {
        return "";
    }
    const double difference = trial.at("objective").get<double>() - mean.get<double>();
    return fmt::format(
        ", {:.2g} {} what was expected", std::abs(difference), difference < 0 ? "below" : "above"
    );
}

std::string observation_text(const Json& trial, const std::string& metric) {
    const Json& objective = trial.at("objective");
    if (!objective.is_number()) {
        return trial.at("endTime").is_null() ? "nothing yet" : "nothing";
    }
    return fmt::format("{} {}{}", metric, metric_text(objective), surprise_text(trial));
}

std::string to_text(const Json& trial, const std::string& metric) {
    const Json& provenance = trial.at("provenance");
    std::string text = fmt::format(
        "trial        {} of {}, {}{}\n",
        field_text(trial, "id"),
        field_text(trial, "study"),
        field_text(trial, "state"),
        trial.contains("rank") ? ", rank " + field_text(trial, "rank") : ""
    );
    text += fmt::format("parameters   {}\n", parameters_text(trial.at("parameters")));
    text += fmt::format("proposed     {}\n", proposal_text(trial));
    if (provenance.at("predictedMean").is_number()) {
        text += fmt::format(
            "expected     {} {} ± {}\n",
            metric,
            metric_text(provenance.at("predictedMean")),
            metric_text(provenance.at("predictedSd"))
        );
    }
    text += fmt::format("observed     {}\n", observation_text(trial, metric));
    if (provenance.at("acquisition").is_number()) {
        text += fmt::format(
            "acquisition  {} (log expected improvement)\n",
            metric_text(provenance.at("acquisition"))
        );
    }
    if (trial.at("reason").is_string()) {
        text += fmt::format("reason       {}\n", field_text(trial, "reason"));
    }
    if (provenance.at("note").is_string()) {
        text += fmt::format("note         {}\n", field_text(provenance, "note"));
    }
    return text;
}

// For programs: what is known of the proposal and what it came to, in one object.
Json to_data(const Json& trial) {
    Json data{
        {"trial", trial.at("id")},
        {"study", trial.at("study")},
        {"state", trial.at("state")},
        {"objective", trial.at("objective")},
        {"origin", trial.at("origin")},
    };
    data.update(trial.at("provenance"));
    return data;
}

Table to_table(const Json& data) {
    std::vector<Column> columns;
    std::vector<std::string> cells;
    for (const auto& [name, value] : data.items()) {
        columns.push_back({name, Align::right});
        cells.push_back(cell_text(value, Digits::all));
    }
    Table table(std::move(columns));
    table.add(std::move(cells));
    return table;
}

}  // namespace

void add_explain(CLI::App& app, CommandContext& context) {
    CLI::App* command =
        app.add_subcommand("explain", "Who proposed a trial, on what grounds, and how it came out");
    command->footer("Example:\n  tuner explain babyweight-1 7");
    auto options = std::make_shared<ExplainOptions>();
    add_trial_argument(*command, options->reference);
    add_format_option(*command, context);
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return explain_trial(*options, client, output);
    });
}

boost::asio::awaitable<int> explain_trial(
    ExplainOptions options, const HttpClient& client, Output output
) {
    const auto trial = co_await get_json(client, trial_path(options.reference));
    if (!trial) {
        co_return report(output.err, trial.error());
    }
    if (output.format != Format::table) {
        const Json data = to_data(*trial);
        print_data(output, data, [&](bool) { return to_table(data); });
        co_return to_int(ExitCode::done);
    }
    const std::string id = trial->at("study").get<std::string>();
    const auto study = co_await get_json(client, study_path(id));
    if (!study) {
        co_return report(output.err, study.error());
    }
    output.out << to_text(*trial, field_text(*study, "metric"));
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
