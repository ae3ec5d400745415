#include "tuner/storage/sqlite.h"

#include "tuner/base/contract.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace tuner {

namespace {

constexpr int kPrimaryCode = 0xff;  // extended result codes have their family in the low byte

// What a person can do about a failure; empty when SQLite's words say all there is.
std::string_view advice(int code) {
    switch (code & kPrimaryCode) {
        case SQLITE_FULL:
            return "the disk is full: free some space and it goes on";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another program holds the database locked: end it, or try again";
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return "see that the file and its folder exist and that you may write to them";
        case SQLITE_CORRUPT:
            return "the file is damaged and was left as it is: copy it, then put back a backup "
                   "(FILE.backup-vN) or use another data directory";
        case SQLITE_NOTADB:
            return "the file is not a database of tuner and was left as it is: move it away or use "
                   "another data directory";
        case SQLITE_IOERR:
            return "the disk reported an error: look at the system's log, then start again";
        default:
            return "";
    }
}

bool may_pass(int code) {
    const int family = code & kPrimaryCode;
    return family == SQLITE_FULL || family == SQLITE_BUSY || family == SQLITE_LOCKED ||
           family == SQLITE_NOMEM;
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

Connection::Connection(const std::string& name, int flags, Duration busy_timeout) : name_(name) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        raise(code, "open");
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
    harden();
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
          {SQLITE_DBCONFIG_DQS_DML, 0},
          {SQLITE_DBCONFIG_DQS_DDL, 0}}) {
        const int code = sqlite3_db_config(handle_.get(), setting, value, nullptr);
        if (code != SQLITE_OK) {
            raise(code, "configure");
        }
    }
    run_script("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;");
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

void Connection::expect_row(bool found, Sql sql) const {
    if (!found) {
        raise(SQLITE_CORRUPT, sql.text);
    }
}

void Connection::raise(int code, std::string_view sql) const {
    const bool told = handle_ != nullptr && sqlite3_errcode(handle_.get()) != SQLITE_OK;
    const std::string_view hint = advice(code);
    throw StorageError(
        fmt::format(
            "database {}: {} (code {}, at \"{}\"){}{}",
            name_,
            told ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code),
            code,
            shorten(sql),
            hint.empty() ? "" : "; ",
            hint
        ),
        may_pass(code)
    );
}

Statement::Statement(Connection& connection, sqlite3_stmt* handle)
    : connection_(connection), handle_(handle) {}

Statement::~Statement() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

bool Statement::next() {
    column_ = 0;
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) {
        return true;
    }
    check(code == SQLITE_DONE ? SQLITE_OK : code);
    return false;
}

std::int64_t Statement::integer() {
    return sqlite3_column_int64(handle_, column_++);
}

double Statement::real() {
    return sqlite3_column_double(handle_, column_++);
}

std::string Statement::text() {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column_));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column_));
    ++column_;
    return bytes == nullptr ? std::string() : std::string(bytes, size);
}

TimePoint Statement::time() {
    return TimePoint(Duration(integer()));
}

bool Statement::take_null() {
    const bool is_null = sqlite3_column_type(handle_, column_) == SQLITE_NULL;
    column_ += is_null ? 1 : 0;
    return is_null;
}

std::optional<std::int64_t> Statement::optional_integer() {
    return take_null() ? std::nullopt : std::optional(integer());
}

std::optional<TimePoint> Statement::optional_time() {
    return take_null() ? std::nullopt : std::optional(time());
}

std::optional<std::string> Statement::optional_text() {
    return take_null() ? std::nullopt : std::optional(text());
}

void Statement::refuse_name(const std::string& spelled, const std::string& names) {
    throw StorageError(fmt::format(
        "database {}: damaged record: \"{}\" is none of {}", connection_.name(), spelled, names
    ));
}

void Statement::bind(std::int64_t value) {
    check(sqlite3_bind_int64(handle_, ++parameter_, value));
}

void Statement::bind(double value) {
    expects(std::isfinite(value), "a number in the database is finite");
    check(sqlite3_bind_double(handle_, ++parameter_, value));
}

void Statement::bind(std::string_view value) {
    // A null pointer would be bound as NULL, and an empty view may have one.
    const char* bytes = value.empty() ? "" : value.data();
    check(sqlite3_bind_text64(
        handle_, ++parameter_, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8
    ));
}

void Statement::bind(std::nullopt_t) {
    check(sqlite3_bind_null(handle_, ++parameter_));
}

void Statement::check(int code) {
    if (code != SQLITE_OK) {
        connection_.raise(code, sqlite3_sql(handle_));
    }
}

}  // namespace tuner
