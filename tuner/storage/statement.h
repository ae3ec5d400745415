// A Statement is one use of a prepared SQL statement: its parameters are bound and its columns read
// by type.
//
// Made by Connection::query and implemented in sqlite_statement.cpp; every failure is a
// StorageError. It must not outlive its Connection.

#pragma once

#include "tuner/base/time.h"
#include "tuner/study/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace tuner {

// The text of a statement: a literal, so that no value can ever become part of it.
struct Sql {
    consteval Sql(const char* literal)  // NOLINT(google-explicit-constructor): reads as a literal
        : text(literal) {}

    const char* text;
};

class Connection;

// One use of a prepared statement; its end resets it. next() moves to a row, and the columns of a
// row are read from left to right.
class Statement {
  public:
    // Binds `values` to the parameters in order.
    template <class... Values>
    Statement(Connection& connection, sqlite3_stmt* handle, const Values&... values)
        : Statement(connection, handle) {
        (bind(values), ...);
    }

    Statement(Connection& connection, sqlite3_stmt* handle);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // The next row, false after the last.
    bool next();

    std::int64_t integer();
    double real();
    std::string text();
    TimePoint time();
    std::optional<std::int64_t> optional_integer();
    std::optional<double> optional_real();
    std::optional<TimePoint> optional_time();
    std::optional<std::string> optional_text();

    // An enumerator by its name; a text that is none is a damaged record.
    template <class Enum>
    Enum name() {
        const std::string spelled = text();
        const std::optional<Enum> value = from_name<Enum>(spelled);
        if (!value) {
            refuse_name(spelled, list_names<Enum>());
        }
        return *value;
    }

    // Gives the next parameter its value. A double must be finite: SQLite has no NaN.
    void bind(std::int64_t value);
    void bind(double value);
    void bind(std::string_view value);
    void bind(std::nullopt_t);

    void bind(TimePoint value) { bind(std::int64_t{value.time_since_epoch().count()}); }

    void bind(const std::string& value) { bind(std::string_view(value)); }

    void bind(const char* value) { bind(std::string_view(value)); }

    template <class T>
    void bind(const std::optional<T>& value) {
        if (value) {
            bind(*value);
        } else {
            bind(std::nullopt);
        }
    }

  private:
    void check(int code);
    bool take_null();
    [[noreturn]] void refuse_name(const std::string& spelled, const std::string& names);

    Connection& connection_;
    sqlite3_stmt* handle_;
    int parameter_ = 0;
    int column_ = 0;
};

}  // namespace tuner
