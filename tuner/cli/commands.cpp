#include "tuner/cli/commands.h"

#include "tuner/cli/ask_commands.h"
#include "tuner/cli/best_command.h"
#include "tuner/cli/completion_command.h"
#include "tuner/cli/explain_command.h"
#include "tuner/cli/legacy_commands.h"
#include "tuner/cli/list_command.h"
#include "tuner/cli/logs_command.h"
#include "tuner/cli/show_command.h"
#include "tuner/cli/state_commands.h"
#include "tuner/cli/token_command.h"
#include "tuner/cli/trials_command.h"
#include "tuner/cli/validate_command.h"

namespace tuner {

void add_commands(CLI::App& app, CommandContext& context) {
    add_validate(app, context);
    add_list(app, context);
    add_show(app, context);
    add_trials(app, context);
    add_best(app, context);
    add_explain(app, context);
    add_ask_commands(app, context);
    add_logs(app, context);
    add_state_commands(app, context);
    add_token(app, context);
    add_completion(app, context);
    add_legacy_commands(app, context);
}

}  // namespace tuner
