#include "tuner/storage/migrations.h"

#include "tuner/base/failpoint.h"
#include "tuner/storage/backup.h"
#include "tuner/storage/schema_sql.h"
#include "tuner/storage/transaction.h"

#include <fmt/format.h>

namespace tuner {

namespace {

// "tune": what `PRAGMA application_id` says in our files, so that no other program's are touched.
constexpr std::int64_t kApplicationId = 0x74756e65;
constexpr const char* kInMemory = ":memory:";

}  // namespace

std::span<const Migration> all_migrations() {
    return kMigrations;
}

std::int64_t schema_version(Connection& connection, std::int64_t newest) {
    const std::int64_t application = connection.integer("PRAGMA application_id");
    const std::int64_t objects = connection.integer("SELECT count(*) FROM sqlite_schema");
    if (application == 0 && objects == 0) {
        return 0;
    }
    if (application != kApplicationId) {
        throw StorageError(fmt::format(
            "{} is a database of another program and was left as it is: use another data directory",
            connection.name()
        ));
    }
    const std::int64_t version = connection.integer("PRAGMA user_version");
    if (version < 1) {
        connection.give_up(
            StorageTrouble::damaged,
            fmt::format(
                "database {} is damaged: it has schema version {}, which no tuner writes; it was "
                "left "
                "as it is",
                connection.name(),
                version
            )
        );
    }
    if (version > newest) {
        throw StorageError(fmt::format(
            "database {} has schema version {}, this tuner knows versions up to {}: it was written "
            "by a newer tuner; use that one, or another data directory",
            connection.name(),
            version,
            newest
        ));
    }
    return version;
}

void migrate(Connection& connection, std::span<const Migration> migrations) {
    const auto newest = static_cast<std::int64_t>(migrations.size());
    const std::int64_t present = schema_version(connection, newest);
    if (present > 0 && present < newest && connection.name() != kInMemory) {
        back_up(connection, present);
    }
    for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(present))) {
        Transaction transaction(connection, Transaction::Kind::write);
        if (schema_version(connection, newest) >= migration.version) {
            continue;  // another program was quicker
        }
        connection.run_script(std::string(migration.sql));
        connection.run_script(fmt::format(
            "PRAGMA application_id = {}; PRAGMA user_version = {}",
            kApplicationId,
            migration.version
        ));
        failpoint("daemon.before_migration");
        transaction.commit();
        failpoint("daemon.after_migration");
    }
}

}  // namespace tuner
