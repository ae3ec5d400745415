// A Run is one `tuner run`, `tuner resume` or `tuner train`: it hands a study to the daemon, or
// becomes the daemon, and follows the study to its end.
//
// Ctrl-C once pauses the study: its trainers are stopped politely and their trials queued again.
// Twice: the program ends at once and the trainers' shims see to the rest. When the daemon that is
// followed goes away, this process takes its place and goes on. Lives on the loop thread.

#pragma once

#include "tuner/app/session.h"
#include "tuner/cli/command_context.h"
#include "tuner/cli/follow.h"
#include "tuner/cli/hand_in.h"

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace tuner {

// What is asked of the study that a STUDY argument names; without one, `order` is a new study.
enum class RunKind {
    order,   // `tuner run`
    resume,  // `tuner resume`
    train,   // `tuner train`: a plain run of its own, whose output is shown live
};

struct RunOptions {
    RunKind kind = RunKind::order;
    RunOrder order;
    std::string study;  // of `resume` and `train`
    TrainOrder train;
    std::string again;    // the command line that goes on with an order
    bool detach = false;  // leave a daemon behind that runs the study, instead of following it
};

class Run {
  public:
    Run(RunOptions options, CommandContext& context, Session& session, boost::asio::io_context& loop
    );

    // From handing in to the exit code.
    boost::asio::awaitable<int> run();

  private:
    boost::asio::awaitable<Result<Server>> find_server();
    int leave() const;
    boost::asio::awaitable<Result<void>> hand_in(const HttpClient& client);
    boost::asio::awaitable<Result<HandedIn>> ask(const HttpClient& client, bool first);
    boost::asio::awaitable<FollowResult> follow(const HttpClient& client);
    boost::asio::awaitable<void> interrupt(const HttpClient& client);
    boost::asio::awaitable<int> finish(const HttpClient& client);
    boost::asio::awaitable<void> wait_for_other_studies();
    void say(const std::string& line) const;
    void say_how_to_go_on() const;

    RunOptions options_;
    CommandContext& context_;
    Session& session_;
    boost::asio::io_context& loop_;
    boost::asio::signal_set signals_;

    std::string id_;  // of the study, once handed in
    std::optional<std::int64_t> after_;
    bool interrupted_ = false;
    bool is_asked_ = false;
};

}  // namespace tuner
