// The tuner program: parses the command line, runs the chosen command on the loop, and ends with
// its exit code.

#include "tuner/app/run_command.h"
#include "tuner/app/serve_command.h"
#include "tuner/app/session.h"
#include "tuner/base/log.h"
#include "tuner/cli/commands.h"
#include "tuner/cli/exit_code.h"
#include "tuner/cli/user_arguments.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

namespace {

namespace asio = boost::asio;

// The chosen command, then the end of whatever daemon it opened, also when the command failed.
asio::awaitable<int> run_chosen(tuner::CommandContext& context, tuner::Session& session) {
    std::exception_ptr error;
    int code = 0;
    try {
        code = co_await context.chosen();
    } catch (...) {
        error = std::current_exception();
    }
    co_await session.close();
    if (error) {
        std::rethrow_exception(error);
    }
    co_return code;
}

// What a failure is to the user: the machine's, or a bug of ours.
int report(const std::exception& error) {
    const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
    const bool machine = system != nullptr || dynamic_cast<const std::bad_alloc*>(&error) ||
                         dynamic_cast<const std::system_error*>(&error);
    std::cerr << "error: " << (system == nullptr ? error.what() : system->code().message())
              << std::endl;
    return tuner::to_int(machine ? tuner::ExitCode::no_server : tuner::ExitCode::bug);
}

int run_on(asio::io_context& loop, tuner::CommandContext& context, tuner::Session& session) {
    std::optional<int> code;
    asio::co_spawn(
        loop,
        run_chosen(context, session),
        [&code](const std::exception_ptr& error, int value) {
            if (error) {
                std::rethrow_exception(error);
            }
            code = value;
        }
    );
    try {
        loop.run();
    } catch (const std::exception& error) {
        // Its coroutines are in the middle of anything, so nothing can be taken down in order.
        // Going at once is what a kill would do, and trainers survive that.
        std::_Exit(report(error));
    }
    return code.value_or(tuner::to_int(tuner::ExitCode::bug));
}

int run_program(int argc, char** argv) {
    CLI::App app(
        "tuner finds good hyperparameters: it runs your trainer with better and better values."
    );
    app.set_version_flag("--version", "tuner 0.1.0");
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);

    asio::io_context loop(1);
    tuner::CommandContext context{std::cout, std::cerr, {}, {}, {}};
    tuner::Session session(loop, context.options);
    context.find_server = [&session] { return session.find_server(); };
    context.find_lasting_server = [&session] { return session.find_or_detach_server(); };
    tuner::add_global_options(app, context);
    tuner::add_run(app, context, session, loop);
    tuner::add_resume(app, context, session, loop);
    tuner::add_serve(app, context, session, loop);
    tuner::add_commands(app, context);
    try {
        app.name(argv[0]);
        tuner::SplitLine line = tuner::split_line({argv + 1, argv + argc});
        context.options.user_arguments = std::move(line.user_arguments);
        std::reverse(line.words.begin(), line.words.end());  // as CLI11 wants them
        app.parse(std::move(line.words));
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : tuner::to_int(tuner::ExitCode::usage);
    }
    return run_on(loop, context, session);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    try {
        return run_program(argc, argv);
    } catch (const std::exception& error) {
        return report(error);
    }
}
