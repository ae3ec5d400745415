#include "tuner/storage/database.h"

#include "tuner/base/contract.h"
#include "tuner/base/failpoint.h"
#include "tuner/storage/migrations.h"
#include "tuner/storage/network_file_system.h"
#include "tuner/storage/schema_check.h"

#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace {

// Makes an empty file that only its owner can read; SQLite gives the files beside it the same mode.
// A file that exists is never opened here: closing it would drop SQLite's locks on it.
void create_if_missing(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ::close(fd);
        failpoint("daemon.database_created");
        return;
    }
    if (errno != EEXIST) {
        const bool full = errno == ENOSPC || errno == EDQUOT;
        const std::string reason = std::generic_category().message(errno);
        throw StorageError(
            fmt::format(
                "cannot create the database {}: {}; its folder must exist and you must be allowed "
                "to write there",
                file.string(),
                reason
            ),
            full ? StorageTrouble::full : StorageTrouble::fault
        );
    }
}

void check_health(Connection& connection) {
    Statement check = connection.query("PRAGMA quick_check(1)");
    const std::string verdict = check.next() ? check.text() : "no answer";
    if (verdict != "ok") {
        connection.give_up(
            StorageTrouble::damaged,
            fmt::format(
                "database {} is damaged: {}; it was left as it is", connection.name(), verdict
            )
        );
    }
}

void enter_wal_mode(Connection& connection) {
    Statement answer = connection.query("PRAGMA journal_mode = WAL");
    const std::string mode = answer.next() ? answer.text() : "unknown";
    if (mode != "wal") {
        throw StorageError(fmt::format(
            "database {}: its file system cannot do write-ahead logging (journal mode {}); use a "
            "data directory on a local disk",
            connection.name(),
            mode
        ));
    }
}

// Quicker than making the schema and its statements again, for simulations of many short lives.
void forget_everything(Connection& connection) {
    expects(connection.name() == ":memory:", "only a test double is emptied");
    connection.run("DELETE FROM measurement");
    connection.run("DELETE FROM outcome_metric");
    connection.run("DELETE FROM metric");
    connection.run("DELETE FROM event");
    connection.run("DELETE FROM attempt");
    connection.run("DELETE FROM trial");
    connection.run("DELETE FROM study");
    connection.run("DELETE FROM study_name");
    connection.run("DELETE FROM daemon");
    connection.run("DELETE FROM sqlite_sequence");
}

}  // namespace

Database Database::open(
    const std::filesystem::path& file,
    const AttemptIdentity& daemon,
    TimePoint now,
    const StorageOptions& options
) {
    if (!options.force_network_file_system) {
        refuse_network_file_system(file.has_parent_path() ? file.parent_path() : ".");
    }
    create_if_missing(file);
    const FileCheck present = FileCheck::of(file);
    Connection connection = Connection::open(file, options.busy_timeout);
    connection.keep_file_as_it_is(true);
    check_health(connection);
    const std::int64_t version = schema_version(connection, std::ssize(all_migrations()));
    check_schema(connection, all_migrations(), version);
    connection.keep_file_as_it_is(false);
    enter_wal_mode(connection);
    failpoint("daemon.wal_entered");
    connection.run_script(
        fmt::format("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {}", kWalKeptBytes)
    );
    migrate(connection, all_migrations());

    Database database(std::make_shared<Connection>(std::move(connection)), daemon, now);
    database.file_ = present;
    return database;
}

Database Database::in_memory(TimePoint now) {
    Connection connection = Connection::in_memory();
    migrate(connection, all_migrations());
    return Database(std::make_shared<Connection>(std::move(connection)), {}, now);
}

Database Database::in_memory_again(const Database& earlier, TimePoint now, bool emptied) {
    if (emptied) {
        forget_everything(*earlier.connection_);
    }
    return Database(earlier.connection_, {}, now);
}

Database::Database(
    std::shared_ptr<Connection> connection, const AttemptIdentity& daemon, TimePoint now
)
    : connection_(std::move(connection)) {
    Transaction transaction(*connection_, Transaction::Kind::write);
    connection_->run(
        "INSERT INTO daemon (boot_id, pid_namespace, pid, start_ticks, started_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5)",
        daemon.boot_id,
        daemon.pid_namespace,
        daemon.pid,
        static_cast<std::int64_t>(daemon.start_ticks),
        now
    );
    epoch_ = connection_->last_key();
    failpoint("daemon.before_epoch");
    transaction.commit();
    failpoint("daemon.after_epoch");
}

void Database::check_file() {
    if (const std::optional<std::string> what = file_.what_happened()) {
        connection_->give_up(
            StorageTrouble::broken, fmt::format("database {} {}", connection_->name(), *what)
        );
    }
}

void Database::check_epoch() {
    Statement newest =
        connection_->query("SELECT epoch, pid, started_ms FROM daemon ORDER BY epoch DESC LIMIT 1");
    const std::int64_t epoch = newest.next() ? newest.integer() : 0;
    if (epoch == epoch_) {
        return;
    }
    const std::int64_t pid = newest.integer();
    throw StaleDaemon(fmt::format(
        "database {} was taken over by another daemon (pid {}, started {}): this one must end",
        connection_->name(),
        pid,
        to_rfc3339(newest.time())
    ));
}

void Database::publish() {
    std::move(uncommitted_.begin(), uncommitted_.end(), std::back_inserter(committed_));
    uncommitted_.clear();
}

}  // namespace tuner
