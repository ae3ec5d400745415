#include "tuner/cli/list_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/trial_table.h"

#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tuner {

void add_list(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("list", "All studies, oldest first");
    command->footer("Example:\n  tuner list --format json | jq '.[].best'");
    add_format_option(*command, context);
    run_with_client(*command, context, list_studies);
}

boost::asio::awaitable<int> list_studies(const HttpClient& client, Output output) {
    const auto studies = co_await get_studies(client);
    if (!studies) {
        co_return report(output.err, studies.error());
    }
    if (studies->empty() && output.format == Format::table) {
        output.err << "no studies yet; `tuner run hyperparam.yaml` makes one\n";
        co_return to_int(ExitCode::done);
    }
    print_data(output, *studies, [&](bool exact) { return studies_table(*studies, exact); });
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
