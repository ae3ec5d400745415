// A database whose schema is not exactly what our migrations make was changed by somebody else: its
// triggers, defaults or missing indexes could make our own statements lie, so it is refused.

#pragma once

#include "tuner/storage/migrations.h"

#include <span>

namespace tuner {

// Compares every table, index, view and trigger with what `migrations` up to `version` make. Throws
// StorageError with the first that differs. Only reads.
void check_schema(
    Connection& connection, std::span<const Migration> migrations, std::int64_t version
);

}  // namespace tuner
