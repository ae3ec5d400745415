// What a result code of SQLite means for us: which trouble it is, and what a person can do about
// it.
//
// Pure. A full disk shows in several codes: SQLite gives ENOSPC its own, but a quota that is used
// up, or no room for the wal-index, come as I/O errors and only `errno` tells. A failed sync is
// never "full": what it left on the disk is unknown, so it is not tried again (reliability.md C8).

#pragma once

#include "tuner/storage/storage_error.h"

#include <string_view>

namespace tuner {

struct SqliteFailure {
    StorageTrouble trouble = StorageTrouble::fault;
    std::string_view advice;  // empty when SQLite's words say all there is
};

// `code` is an extended result code, `system_error` the errno that belongs to it.
SqliteFailure explain_sqlite(int code, int system_error);

}  // namespace tuner
