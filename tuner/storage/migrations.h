// Migrations bring the schema of a database to the newest version: the files schemas/storage/*.sql,
// compiled into the binary, each applied in one transaction together with its number
// (`user_version`).
//
// A file that exists is copied to FILE.backup-vN before it is changed. A file of a newer tuner, or
// of another program, is refused with StorageError and left as it is.

#pragma once

#include "tuner/storage/sqlite.h"

#include <span>
#include <string_view>

namespace tuner {

struct Migration {
    std::int64_t version = 0;  // dense from 1
    std::string_view name;     // its file, for messages
    std::string_view sql;
};

// All that this program knows, oldest first.
std::span<const Migration> all_migrations();

// The version of the schema, 0 for an empty database. Throws StorageError when it is newer than
// `newest` or when another program made the file. Only reads.
std::int64_t schema_version(Connection& connection, std::int64_t newest);

// Applies what is missing.
void migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace tuner
