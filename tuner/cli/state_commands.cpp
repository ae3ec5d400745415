#include "tuner/cli/state_commands.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"

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

namespace {

struct StateOptions {
    std::string study;
    bool now = false;
};

asio::awaitable<Result<std::string>> call(
    StateChange change, const HttpClient& client, std::string path
) {
    switch (change) {
        case StateChange::stop:
            return client.post(path + ":stop", "");
        case StateChange::stop_now:
            return client.post(path + ":stop?now=true", "");
        case StateChange::cancel:
            return client.post(path + ":cancel", "");
        case StateChange::remove:
            break;
    }
    return client.remove(path);
}

// What the user should know now, and what to type next.
std::string talk(StateChange change, const std::string& id, std::int64_t running) {
    switch (change) {
        case StateChange::stop:
            return running > 0
                       ? fmt::format(
                             "study {0} is paused; {1} running trials go on to their end "
                             "(--now stops them)\ngo on with `tuner resume {0}`\n",
                             id,
                             running
                         )
                       : fmt::format("study {0} is paused; go on with `tuner resume {0}`\n", id);
        case StateChange::stop_now:
            return fmt::format(
                "study {0} is paused; its running trials are stopped and queued again\n"
                "go on with `tuner resume {0}`\n",
                id
            );
        case StateChange::cancel:
            return fmt::format("study {0} is cancelled for good; its results stay\n", id);
        case StateChange::remove:
            break;
    }
    return fmt::format("study {} is forgotten\n", id);
}

CLI::App* add_one(
    CLI::App& app,
    CommandContext& context,
    const char* name,
    const char* summary,
    std::pair<StateChange, std::shared_ptr<StateOptions>> what
) {
    CLI::App* command = app.add_subcommand(name, summary);
    command->footer(fmt::format("Example:\n  tuner {} babyweight-1", name));
    const auto [change, options] = what;
    CLI::Option* study =
        command->add_option("STUDY", options->study, "an id, a name or a YAML file")->type_name("");
    if (change == StateChange::remove) {
        study->required();  // never the latest one by accident
    }
    run_with_client(
        *command,
        context,
        [change = change, options = options](const HttpClient& client, Output output) {
            const StateChange wanted = options->now ? StateChange::stop_now : change;
            return change_state(wanted, options->study, client, output);
        }
    );
    return command;
}

}  // namespace

void add_state_commands(CLI::App& app, CommandContext& context) {
    const auto options = [] { return std::make_shared<StateOptions>(); };
    const auto stop_options = options();
    CLI::App* stop = add_one(
        app, context, "stop", "Pause a study: no new trials", {StateChange::stop, stop_options}
    );
    stop->add_flag("--now", stop_options->now, "stop running trials too; they are queued again");
    add_one(app, context, "cancel", "End a study for good", {StateChange::cancel, options()});
    add_one(
        app, context, "delete", "Forget a study and its trials", {StateChange::remove, options()}
    );
}

asio::awaitable<int> change_state(
    StateChange change, std::string study, const HttpClient& client, Output output
) {
    const auto before = co_await get_json(client, study_path(study));
    if (!before) {
        co_return report(output.err, before.error());
    }
    const std::string id = before->at("id").get<std::string>();
    const auto done = co_await call(change, client, study_path(id));
    if (!done) {
        co_return report(output.err, done.error());
    }
    if (!output.quiet) {
        const auto running = before->at("counts").at("running").get<std::int64_t>();
        output.err << talk(change, printable(id), running);
    }
    co_return to_int(ExitCode::done);
}

}  // namespace tuner
