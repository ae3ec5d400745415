#include "tuner/app/run.h"

#include "tuner/cli/exit_code.h"
#include "tuner/cli/http_client.h"
#include "tuner/cli/live_output.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/summary.h"

#include <csignal>
#include <ostream>
#include <unistd.h>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kEndPoll{50};

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

// Likewise, and says so when it has come to an end.
asio::awaitable<std::exception_ptr> follow_to_rest(
    FollowResult& result,
    std::string id,
    const HttpClient& client,
    FollowOptions options,
    std::ostream& err,
    bool& at_rest
) {
    auto error = co_await follow_into(result, std::move(id), client, std::move(options), err);
    at_rest = true;
    co_return error;
}

// Likewise, without a view of its own: the trainer's output is shown instead.
asio::awaitable<std::exception_ptr> show_output_into(
    FollowResult& result,
    std::string id,
    const HttpClient& client,
    FollowOptions options,
    Output output
) {
    using namespace asio::experimental::awaitable_operators;
    bool at_rest = false;
    options.quiet = true;
    auto following = follow_to_rest(result, id, client, std::move(options), output.err, at_rest);
    auto showing = show_live_output(id, client, output, at_rest);
    co_return co_await (std::move(following) && std::move(showing));
}

}  // namespace

Run::Run(RunOptions options, CommandContext& context, Session& session, asio::io_context& loop)
    : options_(std::move(options)),
      context_(context),
      session_(session),
      loop_(loop),
      signals_(loop, SIGINT, SIGTERM) {}

asio::awaitable<Result<Server>> Run::find_server() {
    if (options_.detach) {
        co_return co_await session_.find_or_detach_server();
    }
    co_return co_await session_.find_or_become_server();
}

// The study goes on without us.
int Run::leave() const {
    context_.out << id_ << "\n";
    say(fmt::format(
        "it runs by itself now\nlook at it   tuner show {0}\nstop it      tuner stop {0}", id_
    ));
    return to_int(ExitCode::done);
}

asio::awaitable<int> Run::run() {
    while (true) {
        Result<Server> server = co_await find_server();
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
        if (is_asked_) {
            say(fmt::format("study {0} goes on when it is asked: tuner ask {0}", id_));
            co_return to_int(ExitCode::done);
        }
        if (options_.detach) {
            co_return leave();
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
        co_return co_await finish(*client);
    }
}

asio::awaitable<int> Run::finish(const HttpClient& client) {
    const int code = co_await print_summary(id_, client, output_of(context_));
    if (interrupted_) {
        say_how_to_go_on();
        co_return to_int(ExitCode::interrupted);
    }
    co_await wait_for_other_studies();
    const auto end = session_.report_end_of_daemon(context_.err);
    co_return end ? to_int(*end) : code;
}

// Once there is a study, whatever made it, the daemon that comes after a lost one has it.
asio::awaitable<Result<HandedIn>> Run::ask(const HttpClient& client, bool first) {
    Result<HandedIn> asked = tl::unexpected(Error{});
    if (!first) {
        asked = co_await find_again(client, id_);
    } else if (options_.kind == RunKind::resume) {
        asked = co_await ask_to_go_on(client, options_.study);
    } else if (options_.kind == RunKind::train) {
        asked = co_await ask_to_train(client, options_.study, options_.train);
    } else {
        asked = co_await hand_in_order(client, options_.order);
    }
    co_return asked;
}

asio::awaitable<Result<void>> Run::hand_in(const HttpClient& client) {
    const bool first = id_.empty();
    const Result<HandedIn> handed_in = co_await ask(client, first);
    if (!handed_in) {
        co_return tl::unexpected(handed_in.error());
    }
    id_ = handed_in->id;
    is_asked_ = handed_in->is_asked;
    for (const std::string& notice : handed_in->notices) {
        say("note: " + printable(notice));
    }
    if (handed_in->is_new) {
        after_ = 0;
    }
    co_return Result<void>{};
}

// Follows the study until it is at rest. The first signal pauses it, which brings it to rest.
asio::awaitable<FollowResult> Run::follow(const HttpClient& client) {
    using namespace asio::experimental::awaitable_operators;
    while (true) {
        FollowOptions options = follow_options_of_stderr(context_.options.quiet);
        options.after = after_;
        FollowResult result;
        const Output output = output_of(context_);
        auto following = options_.kind == RunKind::train && !interrupted_
                             ? show_output_into(result, id_, client, std::move(options), output)
                             : follow_into(result, id_, client, std::move(options), context_.err);
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
        timer.expires_after(kEndPoll);
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
    say("go on with: " + (options_.kind == RunKind::order && !options_.again.empty()
                              ? options_.again
                              : "tuner resume " + id_));
}

}  // namespace tuner
