#include "tuner/cli/show_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/table.h"
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

std::string question_text(const Json& study) {
    if (is_plain(study)) {
        return fmt::format("plain run {}\n", counts_text(study));
    }
    return fmt::format(
        "goal      {} {}\ntrials    {} of {}, {}\n",
        field_text(study, "goal"),
        field_text(study, "metric"),
        counts_text(study),
        has_end(study) ? field_text(study, "maxTrials") : "any number",
        study.value("asked", false)
            ? "given out to whoever asks"
            : fmt::format("{} at a time", field_text(study, "maxParallelTrials"))
    );
}

std::string best_text(const Json& study) {
    const Json& best = study.at("best");
    if (is_plain(study)) {
        return "";
    }
    return best.is_object() ? fmt::format(
                                  "best      {} (trial {})\n",
                                  metric_text(best.at("objective")),
                                  field_text(best, "trial")
                              )
                            : "best      none yet\n";
}

std::string to_text(const Json& study) {
    std::string text = fmt::format(
        "study     {}\nstate     {}{}\n",
        field_text(study, "id"),
        field_text(study, "state"),
        study.at("reason").is_string() ? " (" + field_text(study, "reason") + ")" : ""
    );
    text += question_text(study);
    if (study.at("message").is_string()) {
        text += fmt::format("message   {}\n", field_text(study, "message"));
    }
    if (study.contains("waiting") && study.at("waiting").is_string()) {
        text += fmt::format("waiting   {}\n", field_text(study, "waiting"));
    }
    text += best_text(study);
    text += fmt::format("created   {}\n", field_text(study, "createTime"));
    if (study.at("endTime").is_string()) {
        text += fmt::format("ended     {}\n", field_text(study, "endTime"));
    }
    return text;
}

std::string text_of_rungs(const Json& document) {
    Table table({
        {"rung", Align::right},
        {document.at("unit") == "steps" ? "step" : "measurement", Align::right},
        {"trials", Align::right},
        {"cut-off", Align::right},
        {"stopped", Align::right},
        {"best trial", Align::right},
    });
    for (const Json& rung : document.at("rungs")) {
        table.add({
            field_text(rung, "rung"),
            field_text(rung, "progress"),
            field_text(rung, "reached"),
            rung.at("cutOff").is_null() ? "-" : metric_text(rung.at("cutOff")),
            field_text(rung, "stopped"),
            field_text(rung, "best"),
        });
    }
    return table.is_empty() ? "" : "\n" + table.to_text();
}

}  // namespace

void add_show(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("show", "One study in full");
    command->footer("Example:\n  tuner show babyweight-1 --format yaml");
    auto study = std::make_shared<std::string>();
    add_study_argument(*command, *study);
    add_format_option(*command, context);
    run_with_client(*command, context, [study](const HttpClient& client, Output output) {
        return show_study(*study, client, output);
    });
}

boost::asio::awaitable<int> show_study(std::string study, const HttpClient& client, Output output) {
    const auto document = co_await get_json(client, study_path(study));
    if (!document) {
        co_return report(output.err, document.error());
    }
    if (output.format == Format::table) {
        // By its id: the latest study may be another one by now.
        const std::string id = document->at("id").get<std::string>();
        std::string rungs_path = study_path(id) + "/rungs";
        const auto rungs = co_await get_json(client, std::move(rungs_path));
        if (!rungs) {
            co_return report(output.err, rungs.error());
        }
        output.out << to_text(*document) << text_of_rungs(*rungs);
        co_return to_int(ExitCode::done);
    }
    print_data(output, *document, [&](bool exact) {
        return studies_table(Json::array({*document}), exact);
    });
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
