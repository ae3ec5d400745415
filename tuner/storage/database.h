// Database is the open file with the daemon's epoch: every change goes through write(), which is
// one transaction that asserts the epoch and announces its events only when it is committed.
//
// Opening looks before it touches: a file that is damaged, of another program, of a newer tuner or
// with a schema that is not ours is refused and stays byte for byte as it was.

#pragma once

#include "tuner/base/failpoint.h"
#include "tuner/storage/checkpointer.h"
#include "tuner/storage/file_check.h"
#include "tuner/storage/sqlite.h"
#include "tuner/storage/storage_options.h"
#include "tuner/storage/transaction.h"
#include "tuner/study/attempt.h"
#include "tuner/study/event.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

namespace tuner {

class Database {
  public:
    // Storage::open and Storage::in_memory, without what the rows mean.
    static Database open(
        const std::filesystem::path& file,
        const AttemptIdentity& daemon,
        TimePoint now,
        const StorageOptions& options
    );
    static Database in_memory(TimePoint now);
    static Database in_memory_again(const Database& earlier, TimePoint now, bool emptied);

    // For queries.
    Connection& connection() { return *connection_; }

    // The number of this opening: greater than that of every daemon before.
    std::int64_t epoch() const { return epoch_; }

    // Runs `body`, which returns a Result, in a write transaction: committed with its events when
    // there is a value, rolled back when there is an error or something is thrown.
    template <class F>
    auto write(F body) {
        check_file();
        Transaction transaction(*connection_, Transaction::Kind::write);
        check_epoch();
        uncommitted_.clear();
        auto result = body();
        if (result) {
            failpoint("daemon.before_commit");
            transaction.commit();
            failpoint("daemon.after_commit");
            publish();
            checkpointer_.after_commit(*connection_);
        }
        return result;
    }

    // Runs `body` in a transaction that sees one moment of the database.
    template <class F>
    auto read(F body) {
        Transaction transaction(*connection_, Transaction::Kind::read);
        return body();
    }

    // On a full disk: see Checkpointer::reuse_log.
    void reuse_log() { checkpointer_.reuse_log(*connection_); }

    // Within write(): `event` happens when the transaction is committed.
    void announce(Event event) { uncommitted_.push_back(std::move(event)); }

    // The events committed since the last call.
    std::vector<Event> take_events() { return std::exchange(committed_, {}); }

  private:
    Database(std::shared_ptr<Connection> connection, const AttemptIdentity& daemon, TimePoint now);

    void check_file();
    void check_epoch();
    void publish();

    std::shared_ptr<Connection> connection_;  // shared only by openings in memory, in tests
    std::int64_t epoch_ = 0;
    FileCheck file_;
    Checkpointer checkpointer_;
    std::vector<Event> uncommitted_;
    std::vector<Event> committed_;
};

}  // namespace tuner
