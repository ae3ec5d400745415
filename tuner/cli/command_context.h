// What every command is given: where its output goes, what the user chose for all commands, and how
// to reach a server.
//
// A command declares its arguments in add_…(); parsing the command line puts the chosen command
// into `chosen`, and app/ runs it. find_server is filled in by app/, the only place that knows
// whether a daemon is running, must be reached over the network, or is opened inside this process.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/http_client.h"
#include "tuner/study/machine.h"

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

namespace CLI {
class App;
}

namespace tuner {

class Table;

enum class Format { table, json, csv, yaml };

// What stands before or after any command.
struct GlobalOptions {
    std::string data_dir;
    std::string server;       // empty: the daemon of the data directory
    std::string config_file;  // --config of commands that read the daemon's settings
    Format format = Format::table;
    bool quiet = false;
    std::vector<std::string> user_arguments;  // what a legacy command has after -- (split_line)
};

// Data goes to `out`, talk to `err`.
struct Output {
    std::ostream& out;
    std::ostream& err;
    Format format = Format::table;
    bool quiet = false;
};

struct CommandContext {
    std::ostream& out;
    std::ostream& err;
    GlobalOptions options;
    std::function<boost::asio::awaitable<Result<Server>>()> find_server;
    std::function<Result<Host>()> find_host;  // this machine, by the daemon's settings
    std::function<boost::asio::awaitable<int>()>
        chosen;  // the command to run; answers an exit code
    // Likewise a server that goes on when this program has ended: one is started if none runs.
    std::function<boost::asio::awaitable<Result<Server>>()> find_lasting_server = {};
};

using ClientAction = std::function<boost::asio::awaitable<int>(HttpClient&, Output)>;

// Finds the server, runs `action` with a client of it, and answers its exit code; an error on the
// way is told on `err`.
boost::asio::awaitable<int> with_client(CommandContext& context, ClientAction action);

// The same for a command, once it is the chosen one.
void run_with_client(CLI::App& command, CommandContext& context, ClientAction action);

// The choices of the command line as a command sees them.
Output output_of(CommandContext& context);

// Says "error: …" on `err`; answers the exit code of the error.
int report(std::ostream& err, const Error& error);

// Prints data in the chosen format: `table` is asked for only when it is wanted, with few digits
// for people or exact for CSV.
void print_data(
    const Output& output,
    const nlohmann::ordered_json& data,
    const std::function<Table(bool exact)>& table
);

// $TUNER_DATA_DIR, else $XDG_DATA_HOME/tuner, else ~/.local/share/tuner; empty when there is no
// home.
std::string default_data_dir();

// --data-dir and --server for all commands. $TUNER_SERVER is the server's default.
void add_global_options(CLI::App& app, CommandContext& context);

// --format for a command that prints a table.
void add_format_option(CLI::App& command, CommandContext& context);

// --config for a command that reads the daemon's settings.
void add_config_option(CLI::App& command, CommandContext& context);

// The optional STUDY argument: an id, a name, the path of a YAML file, or nothing for the latest.
void add_study_argument(CLI::App& command, std::string& study);

// The REFERENCE argument: STUDY TRIAL, or TRIAL of the latest study.
void add_trial_argument(CLI::App& command, std::vector<std::string>& reference);

// Whether a command has one of these two.
bool takes_study(const CLI::App& command);

}  // namespace tuner
