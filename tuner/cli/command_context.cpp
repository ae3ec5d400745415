#include "tuner/cli/command_context.h"

#include "tuner/base/environment.h"
#include "tuner/cli/exit_code.h"
#include "tuner/cli/table.h"
#include "tuner/cli/yaml_text.h"

#include <map>
#include <ostream>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr const char* kStudy = "STUDY";
constexpr const char* kReference = "REFERENCE";

}  // namespace

asio::awaitable<int> with_client(CommandContext& context, ClientAction action) {
    const auto server = co_await context.find_server();
    if (!server) {
        co_return report(context.err, server.error());
    }
    auto client = HttpClient::create(*server);
    if (!client) {
        co_return report(context.err, client.error());
    }
    co_return co_await action(*client, output_of(context));
}

void run_with_client(CLI::App& command, CommandContext& context, ClientAction action) {
    command.callback([&context, action = std::move(action)] {
        context.chosen = [&context, action] { return with_client(context, action); };
    });
}

Output output_of(CommandContext& context) {
    return {context.out, context.err, context.options.format, context.options.quiet};
}

int report(std::ostream& err, const Error& error) {
    err << "error: " << error.message << "\n";
    return to_int(exit_code(error.code));
}

void print_data(
    const Output& output,
    const nlohmann::ordered_json& data,
    const std::function<Table(bool exact)>& table
) {
    switch (output.format) {
        case Format::table:
            output.out << table(false).to_text();
            break;
        case Format::csv:
            output.out << table(true).to_csv();
            break;
        case Format::json:
            output.out << data.dump(2) << "\n";
            break;
        case Format::yaml:
            output.out << to_yaml(data);
            break;
    }
}

std::string default_data_dir() {
    if (const std::string chosen = environment("TUNER_DATA_DIR"); !chosen.empty()) {
        return chosen;
    }
    if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) {
        return data + "/tuner";
    }
    const std::string home = environment("HOME");
    return home.empty() ? "" : home + "/.local/share/tuner";
}

void add_global_options(CLI::App& app, CommandContext& context) {
    context.options.data_dir = default_data_dir();
    context.options.server = environment("TUNER_SERVER");
    app.add_option("--data-dir", context.options.data_dir, "where studies are kept")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option(
           "--server", context.options.server, "use the server at this address (and $TUNER_TOKEN)"
    )
        ->type_name("URL");
    app.add_flag("-q,--quiet", context.options.quiet, "no talk, only data");
    app.fallthrough();
}

void add_format_option(CLI::App& command, CommandContext& context) {
    static const std::map<std::string, Format> formats{
        {"table", Format::table},
        {"json", Format::json},
        {"csv", Format::csv},
        {"yaml", Format::yaml}};
    command.add_option("--format", context.options.format, "table, json, csv or yaml")
        ->type_name("FORMAT")
        ->transform(CLI::CheckedTransformer(formats).description(""));
}

void add_config_option(CLI::App& command, CommandContext& context) {
    command
        .add_option(
            "--config",
            context.options.config_file,
            "the daemon's settings; default: tuner.yaml in the data directory, if it is there"
        )
        ->type_name("FILE");
}

void add_study_argument(CLI::App& command, std::string& study) {
    command.add_option(kStudy, study, "an id, a name or a YAML file; the latest study if left out")
        ->type_name("");
}

void add_trial_argument(CLI::App& command, std::vector<std::string>& reference) {
    command.add_option(kReference, reference, "STUDY TRIAL, or TRIAL of the latest study")
        ->type_name("")
        ->required()
        ->expected(1, 2);
}

bool takes_study(const CLI::App& command) {
    return command.get_option_no_throw(kStudy) || command.get_option_no_throw(kReference);
}

}  // namespace tuner
