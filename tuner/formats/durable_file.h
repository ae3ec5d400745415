// Small files that are never torn: replaced as a whole and on the disk when the call returns.
//
// Used by the daemon and the shim for the files of an attempt. Blocks for the time of an fsync; any
// thread.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tuner {

// Replaces DIR/name: temporary file, fsync, rename, fsync of the directory. `unavailable` names the
// step that failed. Space reserved before with reserve_space is used.
Result<void> write_durably(int dir_fd, const std::string& name, std::string_view text);

// Writes a file that nobody needs after a power cut, without syncing it; `unavailable` when it is
// there already.
Result<void> write_new(int dir_fd, const std::string& name, std::string_view text);

// Sets disk space aside for one later write_durably of at most `bytes`, so that a full disk cannot
// prevent it. Best effort: some file systems cannot.
void reserve_space(int dir_fd, const std::string& name, std::size_t bytes);

// The whole file; `not_found`, or `invalid_argument` when it is longer than `bytes_max` or not a
// regular file.
Result<std::string> read_file(int dir_fd, const std::string& name, std::size_t bytes_max);

}  // namespace tuner
