// `tuner serve`: the daemon, for as long as it is wanted.
//
// The first line on stdout says where it listens. SIGTERM and SIGINT end it within seconds;
// trainers live on under their shims and are adopted by the next daemon. A second SIGINT ends it at
// once.

#pragma once

#include "tuner/app/session.h"
#include "tuner/cli/command_context.h"

namespace tuner {

void add_serve(
    CLI::App& app, CommandContext& context, Session& session, boost::asio::io_context& loop
);

}  // namespace tuner
