#include "tuner/cli/logs_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/log_tail.h"
#include "tuner/cli/study_client.h"

#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

// Copies one log to `to`; answers an exit code. stdout and stderr may be copied at the same time:
// each piece is written whole. Given up (Ctrl-C in `tuner train`) it says nothing: whoever gave it
// up has the right words.
asio::awaitable<int> copy_log(
    const HttpClient& client, std::string target, std::ostream& to, std::ostream& err
) {
    LogTail log(client, std::move(target));
    while (true) {
        const auto piece = co_await log.next();
        if (!piece) {
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none) {
                co_return to_int(ExitCode::interrupted);
            }
            co_return report(err, piece.error());
        }
        if (piece->empty()) {
            co_return to_int(ExitCode::done);
        }
        to << *piece << std::flush;
    }
}

}  // namespace

void add_logs(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand("logs", "What a trial's trainer wrote");
    command->footer(
        "Its stdout goes to stdout and its stderr to stderr.\n\n"
        "Example:\n  tuner logs babyweight-1 3 -f"
    );
    auto options = std::make_shared<LogsOptions>();
    add_trial_argument(*command, options->reference);
    command->add_option("--attempt", options->attempt, "which attempt; the latest if left out")
        ->type_name("N");
    command->add_option("--stream", options->stream, "stdout, stderr or both")
        ->type_name("STREAM")
        ->check(CLI::IsMember({"stdout", "stderr", "both"}).description(""));
    command->add_flag("-f,--follow", options->follow, "go on until the attempt has ended");
    run_with_client(*command, context, [options](const HttpClient& client, Output output) {
        return show_logs(*options, client, output);
    });
}

asio::awaitable<int> show_logs(LogsOptions options, const HttpClient& client, Output output) {
    const auto target = [&](const char* stream) {
        return fmt::format(
            "{}/log?stream={}{}{}",
            trial_path(options.reference),
            stream,
            options.attempt > 0 ? fmt::format("&attempt={}", options.attempt) : "",
            options.follow ? "&follow=true" : ""
        );
    };
    if (options.stream == "stdout") {
        co_return co_await copy_log(client, target("stdout"), output.out, output.err);
    }
    if (options.stream == "stderr") {
        co_return co_await copy_log(client, target("stderr"), output.out, output.err);
    }
    if (options.follow) {
        const auto [one, other] = co_await (
            copy_log(client, target("stdout"), output.out, output.err) &&
            copy_log(client, target("stderr"), output.err, output.err)
        );
        co_return std::max(one, other);
    }
    const int code = co_await copy_log(client, target("stdout"), output.out, output.err);
    if (code != to_int(ExitCode::done)) {
        co_return code;
    }
    co_return co_await copy_log(client, target("stderr"), output.err, output.err);
}

}  // namespace tuner
