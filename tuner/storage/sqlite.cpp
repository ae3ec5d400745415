#include "tuner/storage/sqlite.h"

#include "tuner/base/contract.h"
#include "tuner/storage/backup.h"
#include "tuner/storage/sqlite_failure.h"

#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace tuner {

namespace {

// What one statement of ours may use; a file that asks for more is not ours (reliability.md F10).
constexpr std::pair<int, int> kLimits[] = {
    {SQLITE_LIMIT_LENGTH, kMaxStoredBytes},
    {SQLITE_LIMIT_SQL_LENGTH, 100'000},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 50},
    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_VDBE_OP, 25'000},
    {SQLITE_LIMIT_FUNCTION_ARG, 16},
    {SQLITE_LIMIT_ATTACHED, 1},  // VACUUM INTO is one
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 50},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 10},  // ON DELETE CASCADE is one
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

// The errno of the write that failed. SQLite's own sqlite3_system_errno() is asked too late, after
// its rollback made other calls, so the files are asked: the log, then the database.
int last_write_error(sqlite3* handle) {
    sqlite3_file* log = nullptr;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    int error = 0;
    if (log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    if (error == 0) {
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    }
    return error;
}

int system_error(sqlite3* handle, int code) {
    return code == SQLITE_IOERR_WRITE ? last_write_error(handle) : sqlite3_system_errno(handle);
}

int note_wal_pages(void* pages, sqlite3* /*database*/, const char* /*schema*/, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

// The first words of a statement, enough to find it.
std::string shorten(std::string_view sql) {
    constexpr std::size_t kShown = 60;
    std::string text;
    for (const char c : sql) {
        const bool space = c == ' ' || c == '\n';
        if (!space || (!text.empty() && text.back() != ' ')) {
            text += space ? ' ' : c;
        }
        if (text.size() == kShown) {
            return text + "...";
        }
    }
    return text;
}

}  // namespace

void Connection::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

void Connection::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

Connection::Connection(const std::string& name, int flags, Duration busy_timeout)
    : name_(name), wal_pages_(std::make_unique<int>(0)) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        raise(code, "open");
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
    sqlite3_wal_hook(handle, note_wal_pages, wal_pages_.get());
    harden();
    lower_limits();
}

Connection Connection::open(const std::filesystem::path& file, Duration busy_timeout) {
    return Connection(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, busy_timeout);
}

Connection Connection::in_memory() {
    return Connection(
        ":memory:",
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
        kDefaultBusyTimeout
    );
}

// A database may come from somebody else: nothing in its schema may act (reliability.md F10).
void Connection::harden() {
    for (const auto& [setting, value] :
         {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
          {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
          {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
          {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
          {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
          {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
          {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
          {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
          {SQLITE_DBCONFIG_DQS_DML, 0},
          {SQLITE_DBCONFIG_DQS_DDL, 0}}) {
        const int code = sqlite3_db_config(handle_.get(), setting, value, nullptr);
        if (code != SQLITE_OK) {
            raise(code, "configure");
        }
    }
    run_script("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;");
}

void Connection::lower_limits() {
    for (const auto& [limit, value] : kLimits) {
        sqlite3_limit(handle_.get(), limit, value);
    }
}

void Connection::keep_file_as_it_is(bool keep) {
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

sqlite3_stmt* Connection::prepare(Sql sql) {
    auto& entry = prepared_[sql.text];
    if (entry == nullptr) {
        sqlite3_stmt* handle = nullptr;
        const int code = sqlite3_prepare_v3(
            handle_.get(), sql.text, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr
        );
        if (code != SQLITE_OK) {
            raise(code, sql.text);
        }
        entry.reset(handle);
    }
    expects(sqlite3_stmt_busy(entry.get()) == 0, "a statement is used once at a time");
    return entry.get();
}

void Connection::run_script(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        raise(code, sql);
    }
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(handle_.get());
}

std::int64_t Connection::last_key() const {
    return sqlite3_last_insert_rowid(handle_.get());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

void Connection::expect_row(bool found, Sql sql) {
    if (!found) {
        raise(SQLITE_CORRUPT, sql.text);
    }
}

void Connection::raise(int code, std::string_view sql) {
    sqlite3* const handle = handle_.get();
    const bool told = handle != nullptr && sqlite3_errcode(handle) != SQLITE_OK;
    const SqliteFailure failure =
        explain_sqlite(code, handle == nullptr ? 0 : system_error(handle, code));
    const std::string message = fmt::format(
        "database {}: {} (code {}, at \"{}\"){}{}",
        name_,
        told ? sqlite3_errmsg(handle) : sqlite3_errstr(code),
        code,
        shorten(sql),
        failure.advice.empty() ? "" : "; ",
        failure.advice
    );
    const StorageError error(message, failure.trouble);
    if (error.is_final()) {
        give_up(failure.trouble, message);
    }
    throw error;
}

void Connection::give_up(StorageTrouble trouble, const std::string& message) {
    StorageError error(
        trouble == StorageTrouble::damaged ? fmt::format("{}; {}", message, restore_advice(name_))
                                           : message,
        trouble
    );
    if (!broken_) {
        broken_ = error;
        keep_file_as_it_is(true);
        if (on_broken_) {
            on_broken_(error);
        }
    }
    throw StorageError(error);
}

void Connection::on_broken(std::function<void(const StorageError&)> tell) {
    on_broken_ = std::move(tell);
    if (broken_ && on_broken_) {
        on_broken_(*broken_);
    }
}

void Connection::checkpoint() {
    const int code = sqlite3_wal_checkpoint_v2(
        handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr
    );
    if (code != SQLITE_OK) {
        raise(code, "checkpoint");
    }
}

std::string Connection::sqlite_version() {
    return sqlite3_libversion();
}

}  // namespace tuner
