// Connection is a SQLite database as this house wants it: every failure is thrown as StorageError
// with the file and SQLite's own words, statements are literals and prepared once, and nothing in a
// foreign file's schema may act.
//
// Debian's SQLite 3.40.1 can corrupt a WAL database when two connections of one process checkpoint
// at once, so there is exactly one Connection for everything. One thread at a time; never across a
// fork. Its source is the only place that includes sqlite3.h.

#pragma once

#include "tuner/base/time.h"
#include "tuner/storage/statement.h"
#include "tuner/storage/storage_error.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;

namespace tuner {

class Connection {
  public:
    // Opens a database that exists (an empty file is one), with our settings, waiting at most
    // `busy_timeout` for a lock of another program. Nothing is written yet.
    static Connection open(
        const std::filesystem::path& file, Duration busy_timeout = kDefaultBusyTimeout
    );
    static Connection in_memory();

    // A query with its parameters bound in order.
    template <class... Values>
    Statement query(Sql sql, const Values&... values) {
        return Statement(*this, prepare(sql), values...);
    }

    // Runs a statement to its end; returns how many rows it changed (for INSERT, UPDATE, DELETE).
    template <class... Values>
    std::int64_t run(Sql sql, const Values&... values) {
        Statement statement(*this, prepare(sql), values...);
        while (statement.next()) {
        }
        return changes();
    }

    // The one integer that a query answers.
    template <class... Values>
    std::int64_t integer(Sql sql, const Values&... values) {
        Statement statement(*this, prepare(sql), values...);
        expect_row(statement.next(), sql);
        return statement.integer();
    }

    // Several statements without values: a migration, a setting.
    void run_script(const std::string& sql);

    // The key of the row inserted last.
    std::int64_t last_key() const;

    bool in_transaction() const;

    // The file, or ":memory:".
    const std::string& name() const { return name_; }

    // Writes nothing into the file when it is closed: for a file that has turned out not to be ours
    // or damaged.
    void keep_file_as_it_is(bool keep);

    static constexpr Duration kDefaultBusyTimeout{5'000};

  private:
    friend class Statement;

    struct Close {
        void operator()(sqlite3* handle) const;
    };

    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };

    Connection(const std::string& name, int flags, Duration busy_timeout);

    sqlite3_stmt* prepare(Sql sql);
    std::int64_t changes() const;
    void expect_row(bool found, Sql sql) const;
    void harden();
    [[noreturn]] void raise(int code, std::string_view sql) const;

    std::string name_;
    std::unique_ptr<sqlite3, Close> handle_;
    std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

}  // namespace tuner
