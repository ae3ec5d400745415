#include "tuner/cli/legacy_commands.h"

#include "tuner/cli/jobs_command.h"
#include "tuner/cli/local_predict.h"
#include "tuner/cli/local_train.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace tuner {

namespace {

void add_groups(CLI::App& app, CommandContext& context) {
    add_jobs(app, context);
    CLI::App* local = app.add_subcommand("local", "Train and predict here, without a study");
    local->footer("Example:\n  tuner local train --module-name=trainer.task -- --output_dir=out");
    local->require_subcommand(1);
    add_local_train(*local, context);
    add_local_predict(*local, context);
}

}  // namespace

void add_legacy_commands(CLI::App& app, CommandContext& context) {
    add_groups(app, context);
    for (const char* name : {"ml-engine", "ai-platform"}) {
        CLI::App* group = app.add_subcommand(name, "The same, by the legacy tool's names");
        group->footer("Example:\n  tuner ml-engine jobs list");
        group->group("");  // not listed: scripts know it
        group->require_subcommand(1);
        add_groups(*group, context);
    }
}

}  // namespace tuner
