// What the daemon's settings file, tuner.yaml, and the machine itself say about the machine.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/machine.h"

#include <string>

namespace tuner {

// By `config_file` (--config), else by DATA_DIR/tuner.yaml if it is there, else by the defaults of
// config/tuner.yaml. `invalid_argument` with every problem of the file.
Result<Host> read_host(const std::string& config_file, const std::string& data_dir);

}  // namespace tuner
