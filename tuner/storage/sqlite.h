// Connection is a SQLite database as this house wants it: every failure is thrown as StorageError
// with the file and SQLite's own words, statements are literals and prepared once, and nothing in a
// foreign file's schema may act.
//
// SQLite before 3.51.3 (Debian's is 3.40.1) can corrupt a WAL database when two connections of one
// process checkpoint at once, so there is exactly one Connection for everything, whatever the
// version. After a failure that is final (StorageError::is_final) the connection is broken for
// good: no transaction that writes begins any more, and the file is not even checkpointed at the
// end. One thread at a time; never across a fork.

#pragma once

#include "tuner/base/time.h"
#include "tuner/storage/statement.h"
#include "tuner/storage/storage_error.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;

namespace tuner {

// The longest text or record that is stored or read: many times the 1 MiB that a study may have.
inline constexpr int kMaxStoredBytes = 64 << 20;

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

    // The first failure that was final; nothing while all is well.
    const std::optional<StorageError>& broken() const { return broken_; }

    // Called once, when the connection breaks; at once when it is broken already.
    void on_broken(std::function<void(const StorageError&)> tell);

    // Breaks the connection, if it is not broken yet, and throws. Damage gets the advice how to
    // restore the file.
    [[noreturn]] void give_up(StorageTrouble trouble, const std::string& message);

    // Pages in the write-ahead log after the newest commit.
    int wal_pages() const { return *wal_pages_; }

    // Moves what is in the log into the file as far as no reader needs it.
    void checkpoint();

    // Of the library as it runs, like "3.40.1".
    static std::string sqlite_version();

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
    void expect_row(bool found, Sql sql);
    void harden();
    void lower_limits();
    [[noreturn]] void raise(int code, std::string_view sql);

    std::string name_;
    std::optional<StorageError> broken_;
    std::function<void(const StorageError&)> on_broken_;
    std::unique_ptr<int> wal_pages_;  // SQLite writes it after each commit
    std::unique_ptr<sqlite3, Close> handle_;
    std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> prepared_;
};

}  // namespace tuner
