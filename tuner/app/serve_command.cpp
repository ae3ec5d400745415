#include "tuner/app/serve_command.h"

#include "tuner/base/log.h"
#include "tuner/cli/exit_code.h"

#include <charconv>
#include <csignal>
#include <memory>
#include <ostream>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t kDefaultPort = 7437;
constexpr std::chrono::milliseconds kIdlePoll{100};
constexpr std::chrono::seconds kIdlePatience{10};

struct ServeOptions {
    std::string listen = "127.0.0.1";
    int port = -1;  // from --port, over the one in --listen
    bool until_idle = false;
};

// "127.0.0.1:7437", "127.0.0.1", "[::1]:0" or "::1"; a host is an address, not a name.
Result<asio::ip::tcp::endpoint> parse_listen(const ServeOptions& options) {
    std::string host = options.listen;
    int port = kDefaultPort;
    const std::size_t colon = host.rfind(':');
    const bool has_port = colon != std::string::npos &&
                          (host.front() == '[' ? host[colon - 1] == ']' : host.find(':') == colon);
    if (has_port) {
        const std::string text = host.substr(colon + 1);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (error != std::errc{} || end != text.data() + text.size()) {
            port = -1;
        }
        host.resize(colon);
    }
    if (host.size() > 2 && host.front() == '[') {
        host = host.substr(1, host.size() - 2);
    }
    port = options.port >= 0 ? options.port : port;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error || port < 0 || port > 65'535) {
        return invalid(fmt::format(
            "--listen {}: give an address and a port, like 127.0.0.1:{}",
            options.listen,
            kDefaultPort
        ));
    }
    return asio::ip::tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

// Returns when the daemon must end by itself, or has had nothing to do for so long that whoever
// started it has surely handed in what it was started for.
asio::awaitable<void> wait_until_idle(asio::io_context& loop, Session& session, bool may_idle) {
    asio::steady_timer timer(loop);
    auto busy_at = std::chrono::steady_clock::now();
    while (!session.daemon()->must_end()) {
        const auto now = std::chrono::steady_clock::now();
        busy_at = may_idle && session.daemon()->is_idle() ? busy_at : now;
        if (now - busy_at > kIdlePatience) {
            co_return;
        }
        timer.expires_after(kIdlePoll);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// Returns when a signal asks for the end, or the daemon ends by itself.
asio::awaitable<void> wait_for_the_end(asio::io_context& loop, Session& session, bool until_idle) {
    using namespace asio::experimental::awaitable_operators;
    asio::signal_set signals(loop, SIGINT, SIGTERM);
    auto idle = wait_until_idle(loop, session, until_idle);
    co_await (signals.async_wait(asio::use_awaitable) || std::move(idle));
}

asio::awaitable<int> serve(
    ServeOptions options, CommandContext& context, Session& session, asio::io_context& loop
) {
    log::set_level(log::Level::info);
    auto listen = parse_listen(options);
    if (!listen) {
        co_return report(context.err, listen.error());
    }
    DaemonOptions daemon_options;
    daemon_options.listen = *listen;
    daemon_options.resume_interrupted = !options.until_idle;
    Result<Server> server = co_await session.become_server(daemon_options);
    if (!server) {
        report(context.err, server.error());
        const bool in_use = server.error().code == ErrorCode::conflict;
        co_return to_int(in_use ? ExitCode::data_dir_in_use : exit_code(server.error().code));
    }
    context.out << "listening on " << server->url << std::endl;
    co_await wait_for_the_end(loop, session, options.until_idle);
    const ExitCode code = session.report_end_of_daemon(context.err).value_or(ExitCode::done);
    // From here on, a second signal ends the process at once.
    std::signal(SIGINT, [](int) { _exit(to_int(ExitCode::interrupted)); });
    co_return to_int(code);
}

}  // namespace

void add_serve(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command = app.add_subcommand("serve", "Run as a daemon: many studies, over HTTP");
    command->footer("Example:\n  tuner serve --port 0");
    const auto options = std::make_shared<ServeOptions>();
    command->add_option("--listen", options->listen, "address to listen on")
        ->type_name("HOST[:PORT]")
        ->capture_default_str();
    command->add_option("--port", options->port, "port to listen on; 0: any free one")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65'535));
    add_config_option(*command, context);
    command->add_flag(
        "--until-idle", options->until_idle, "end when nothing has been left to do for 10 s"
    );
    command->callback([&context, &session, &loop, options] {
        context.chosen = [&context, &session, &loop, options] {
            return serve(*options, context, session, loop);
        };
    });
}

}  // namespace tuner
