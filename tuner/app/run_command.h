// `tuner run FILE`: hands a study file to the daemon, or becomes the daemon, and follows the study
// to its end.
//
// Ctrl-C once pauses the study: its trainers are stopped politely and their trials queued again.
// Twice: the program ends at once and the trainers' shims see to the rest. When the daemon that is
// followed goes away, this process takes its place and goes on.

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

}  // namespace tuner
