#include "tuner/storage/migrations.h"

#include "tuner/storage/schema_sql.h"
#include "tuner/storage/transaction.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace {

// "tune": what `PRAGMA application_id` says in our files, so that no other program's are touched.
constexpr std::int64_t kApplicationId = 0x74756e65;
constexpr const char* kInMemory = ":memory:";

[[noreturn]] void raise_errno(const std::filesystem::path& file, std::string_view what) {
    const std::string reason = std::generic_category().message(errno);
    throw StorageError(fmt::format("cannot {} {}: {}", what, file.string(), reason));
}

// SQLite does not sync what VACUUM INTO writes.
void sync_path(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) {
        ::close(fd);
    }
    if (!synced) {
        raise_errno(path, "sync");
    }
}

// Copies the database beside itself; complete under its final name or not there at all.
void back_up(Connection& connection, std::int64_t version) {
    const std::filesystem::path copy = fmt::format("{}.backup-v{}", connection.name(), version);
    const std::filesystem::path partial = copy.string() + ".partial";
    std::filesystem::remove(partial);
    const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        raise_errno(partial, "create");
    }
    ::close(fd);
    connection.run("VACUUM INTO ?1", partial.string());
    sync_path(partial);
    std::filesystem::rename(partial, copy);
    sync_path(copy.parent_path());
}

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
        throw StorageError(fmt::format(
            "database {} is damaged: it cannot have schema version {}; it was left as it is: copy "
            "it, then put back a backup (FILE.backup-vN) or use another data directory",
            connection.name(),
            version
        ));
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
        transaction.commit();
    }
}

}  // namespace tuner
