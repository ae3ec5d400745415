#include "tuner/app/run_command.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/follow.h"
#include "tuner/cli/hand_in.h"
#include "tuner/cli/http_client.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/summary.h"

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kIdlePoll{50};

struct RunOptions {
    FileRun file;       // of `run`
    std::string study;  // of `resume`: an id, a name, a file, or nothing for the latest
};

// One `tuner run`, from handing in the file to the exit code.
class Run {
  public:
    Run(RunOptions options, CommandContext& context, Session& session, asio::io_context& loop)
        : options_(std::move(options)),
          context_(context),
          session_(session),
          loop_(loop),
          signals_(loop, SIGINT, SIGTERM) {}

    asio::awaitable<int> run();

  private:
    asio::awaitable<Result<void>> hand_in(const HttpClient& client);
    asio::awaitable<FollowResult> follow(const HttpClient& client);
    asio::awaitable<void> interrupt(const HttpClient& client);
    asio::awaitable<void> wait_for_other_studies();
    void say(const std::string& line) const;
    void say_how_to_go_on() const;

    RunOptions options_;
    CommandContext& context_;
    Session& session_;
    asio::io_context& loop_;
    asio::signal_set signals_;

    std::string id_;  // of the study, once handed in
    std::optional<std::int64_t> after_;
    bool interrupted_ = false;
};

asio::awaitable<int> Run::run() {
    while (true) {
        Result<Server> server = co_await session_.find_or_become_server();
        if (!server) {
            const bool in_use = server.error().code == ErrorCode::conflict;
            report(context_.err, server.error());
            co_return to_int(in_use ? ExitCode::data_dir_in_use : exit_code(server.error().code));
        }
        Result<HttpClient> client = HttpClient::create(*server);
        if (!client) {
            co_return report(context_.err, client.error());
        }
        const Result<void> handed_in = co_await hand_in(*client);
        if (!handed_in) {
            co_return report(context_.err, handed_in.error());
        }
        const FollowResult followed = co_await follow(*client);
        after_ = followed.last;
        if (const auto end = session_.report_end_of_daemon(context_.err)) {
            say_how_to_go_on();
            co_return to_int(*end);
        }
        if (followed.end == FollowEnd::server_gone && context_.options.server.empty()) {
            say("the daemon went away; going on in its place");
            continue;
        }
        if (followed.end != FollowEnd::at_rest) {
            co_return report(context_.err, followed.error);
        }
        const int code = co_await print_summary(id_, *client, output_of(context_));
        if (interrupted_) {
            say_how_to_go_on();
            co_return to_int(ExitCode::interrupted);
        }
        co_await wait_for_other_studies();
        const auto end = session_.report_end_of_daemon(context_.err);
        co_return end ? to_int(*end) : code;
    }
}

// Hands the file in, or asks the study of `resume` to go on; either way there is a study to follow.
asio::awaitable<Result<void>> Run::hand_in(const HttpClient& client) {
    const bool first = id_.empty();
    options_.file.force_new =
        options_.file.force_new && first;  // after the daemon was lost, the new study exists
    Result<HandedIn> handed_in = tl::unexpected(Error{});
    if (options_.file.file.empty()) {
        handed_in = co_await ask_to_go_on(client, first ? options_.study : id_);
    } else {
        handed_in = co_await hand_in_file(client, options_.file);
    }
    if (!handed_in) {
        co_return tl::unexpected(handed_in.error());
    }
    id_ = handed_in->id;
    if (first) {
        for (const std::string& notice : handed_in->notices) {
            say("note: " + printable(notice));
        }
    }
    if (handed_in->is_new) {
        after_ = 0;
    }
    co_return Result<void>{};
}

// Follows the study; what it throws is kept, because a race waits for a success and would hide a
// failure.
asio::awaitable<std::exception_ptr> follow_into(
    FollowResult& result,
    std::string id,
    const HttpClient& client,
    FollowOptions options,
    std::ostream& err
) {
    try {
        result = co_await follow_study(std::move(id), client, std::move(options), err);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) {
            throw;
        }
        co_return std::current_exception();
    } catch (...) {
        co_return std::current_exception();
    }
    co_return nullptr;
}

// Follows the study until it is at rest. The first signal pauses it, which brings it to rest.
asio::awaitable<FollowResult> Run::follow(const HttpClient& client) {
    using namespace asio::experimental::awaitable_operators;
    while (true) {
        FollowOptions options = follow_options_of_stderr(context_.options.quiet);
        options.after = after_;
        FollowResult result;
        auto following = follow_into(result, id_, client, std::move(options), context_.err);
        const auto first = co_await (
            std::move(following) || signals_.async_wait(asio::use_awaitable) ||
            session_.wait_until_it_must_end()
        );
        if (first.index() == 2) {
            result.end = FollowEnd::server_gone;
            co_return result;
        }
        if (const auto* error = std::get_if<0>(&first)) {
            if (*error) {
                std::rethrow_exception(*error);
            }
            co_return result;
        }
        if (interrupted_) {
            _exit(to_int(ExitCode::interrupted));
        }
        interrupted_ = true;
        after_.reset();
        co_await interrupt(client);
    }
}

asio::awaitable<void> Run::interrupt(const HttpClient& client) {
    say("stopping: running trainers end politely and their trials are queued again (Ctrl-C again: "
        "leave at once)");
    if (session_.daemon() != nullptr) {
        session_.daemon()->begin_interrupt();
        co_return;
    }
    Result<std::string> stopped =
        co_await client.post("/v1/studies/" + encode_segment(id_) + ":stop?now=true", "");
    if (!stopped) {
        report(context_.err, stopped.error());
    }
}

// This process is the daemon of all that is unfinished in the data directory.
asio::awaitable<void> Run::wait_for_other_studies() {
    using namespace asio::experimental::awaitable_operators;
    if (session_.daemon() == nullptr || session_.daemon()->is_idle()) {
        co_return;
    }
    say("other studies of this data directory are still running; going on with them (Ctrl-C stops "
        "them)");
    asio::steady_timer timer(loop_);
    while (!session_.daemon()->is_idle() && !session_.daemon()->must_end()) {
        timer.expires_after(kIdlePoll);
        const auto woken = co_await (
            timer.async_wait(asio::use_awaitable) || signals_.async_wait(asio::use_awaitable)
        );
        if (woken.index() == 1 && std::exchange(interrupted_, true)) {
            _exit(to_int(ExitCode::interrupted));
        }
        if (woken.index() == 1) {
            session_.daemon()->begin_interrupt();
        }
    }
}

void Run::say(const std::string& line) const {
    if (!context_.options.quiet) {
        context_.err << line << std::endl;
    }
}

void Run::say_how_to_go_on() const {
    say(options_.file.file.empty()
            ? fmt::format("go on with: tuner resume {}", id_)
            : fmt::format("go on with: tuner run {}", printable(options_.file.file)));
}

asio::awaitable<int> run(
    RunOptions options, CommandContext& context, Session& session, asio::io_context& loop
) {
    Run one(std::move(options), context, session, loop);
    co_return co_await one.run();
}

// Runs it when the command line has been read to its end.
void choose(
    CLI::App& command,
    CommandContext& context,
    Session& session,
    asio::io_context& loop,
    const std::shared_ptr<RunOptions>& options
) {
    add_config_option(command, context);
    add_format_option(command, context);
    command.callback([&context, &session, &loop, options] {
        context.chosen = [&context, &session, &loop, options] {
            return run(*options, context, session, loop);
        };
    });
}

}  // namespace

void add_run(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command = app.add_subcommand("run", "Run a study file to its end, or go on with it");
    command->footer("Example:\n  tuner run hyperparam.yaml");
    const auto options = std::make_shared<RunOptions>();
    command->add_option("FILE", options->file, "the study file")->required()->type_name("");
    command->add_option("ARGS", options->file.args, "after --: more arguments for the trainer")
        ->type_name("");
    command->add_flag(
        "--new", options->file.force_new, "start a new study, whatever the file did before"
    );
    command->add_option("--name", options->file.name, "name of the study")->type_name("NAME");
    command->add_option("--max-trials", options->file.max_trials, "instead of the file's maxTrials")
        ->type_name("N");
    command
        ->add_option(
            "--max-parallel",
            options->file.max_parallel_trials,
            "instead of the file's maxParallelTrials"
        )
        ->type_name("N");
    command->add_option("--seed", options->file.seed, "instead of the file's seed")->type_name("S");
    choose(*command, context, session, loop, options);
}

void add_resume(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command =
        app.add_subcommand("resume", "Go on with a paused or interrupted study, to its end");
    command->footer("Example:\n  tuner resume babyweight-1");
    const auto options = std::make_shared<RunOptions>();
    add_study_argument(*command, options->study);
    choose(*command, context, session, loop, options);
}

}  // namespace tuner
