#include "tuner/cli/token_command.h"

#include "tuner/cli/exit_code.h"

#include <fstream>
#include <ostream>
#include <sys/stat.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace {

boost::asio::awaitable<int> print_token(CommandContext& context) {
    const auto token = read_token(context.options.data_dir);
    if (!token) {
        co_return report(context.err, token.error());
    }
    context.out << *token << "\n";
    co_return to_int(ExitCode::done);
}

}  // namespace

void add_token(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("token", "Print the token of the API");
    command->footer(
        "Whoever has it can run programs as you.\n\n"
        "Example:\n  curl -H \"Authorization: Bearer $(tuner token)\" "
        "http://127.0.0.1:7437/v1/studies"
    );
    command->callback([&context] { context.chosen = [&context] { return print_token(context); }; });
}

Result<std::string> read_token(const std::string& data_dir) {
    const std::string path = data_dir + "/token";

    struct stat status {};

    std::ifstream file(path);
    std::string token;
    if (::stat(path.c_str(), &status) != 0 || !std::getline(file, token) || token.empty()) {
        return fail(
            ErrorCode::not_found,
            fmt::format(
                "there is no token at {}; the first `tuner serve` or `tuner run` makes it", path
            )
        );
    }
    if ((status.st_mode & 077) != 0) {
        return fail(
            ErrorCode::conflict,
            fmt::format(
                "others may read {}, so it is no secret; remove it and restart the server", path
            )
        );
    }
    return token;
}

}  // namespace tuner
