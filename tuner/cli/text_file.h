// A file of the user's, read whole.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <string>

namespace tuner {

// The text of `file`, or of stdin for "-"; `invalid_argument` when it cannot be read or is longer
// than `bytes_max`.
Result<std::string> read_text_file(const std::string& file, std::size_t bytes_max);

}  // namespace tuner
