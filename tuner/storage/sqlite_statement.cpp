#include "tuner/base/contract.h"
#include "tuner/storage/sqlite.h"
#include "tuner/storage/statement.h"

#include <cmath>

#include <fmt/format.h>
#include <sqlite3.h>

namespace tuner {

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

std::optional<double> Statement::optional_real() {
    return take_null() ? std::nullopt : std::optional(real());
}

std::optional<TimePoint> Statement::optional_time() {
    return take_null() ? std::nullopt : std::optional(time());
}

std::optional<std::string> Statement::optional_text() {
    return take_null() ? std::nullopt : std::optional(text());
}

void Statement::refuse_name(const std::string& spelled, const std::string& names) {
    connection_.give_up(
        StorageTrouble::damaged,
        fmt::format(
            "database {}: damaged record: \"{}\" is none of {}", connection_.name(), spelled, names
        )
    );
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
