// `tuner token`: the API token of the data directory. It is a file of the user's, so no server is
// needed.

#pragma once

#include "tuner/cli/command_context.h"

#include <string>

namespace tuner {

void add_token(CLI::App& app, CommandContext& context);

// The text of DATA_DIR/token; `not_found` when no server has run there yet, `conflict` when others
// may read it.
Result<std::string> read_token(const std::string& data_dir);

}  // namespace tuner
