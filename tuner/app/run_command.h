// `tuner run`, `tuner resume` and `tuner train`: their arguments. What they do is app/run.h's, and
// app/dry_run.h's.

#pragma once

#include "tuner/app/session.h"
#include "tuner/cli/command_context.h"

namespace tuner {

void add_run(
    CLI::App& app, CommandContext& context, Session& session, boost::asio::io_context& loop
);

void add_resume(
    CLI::App& app, CommandContext& context, Session& session, boost::asio::io_context& loop
);

void add_train(
    CLI::App& app, CommandContext& context, Session& session, boost::asio::io_context& loop
);

}  // namespace tuner
