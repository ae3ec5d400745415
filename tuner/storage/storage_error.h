// What storage throws when the world breaks, and what can be done about it: wait, start again, or
// mend the file.

#pragma once

#include "tuner/base/world_failure.h"

#include <string>

namespace tuner {

enum class StorageTrouble {
    fault,        // this call failed and changed nothing: a bug, or memory and record disagree
    full,         // the disk is full: the same call succeeds when there is room
    unavailable,  // another program holds the lock, or memory is short: likewise, later
    broken,       // the disk failed or the file was replaced: only a new process may write again
    damaged,      // what is in the file cannot be true: nobody may write until it is mended
};

// What a client is told: a full disk and a locked database pass, the rest is ours to see to.
constexpr ErrorCode error_code(StorageTrouble trouble) {
    switch (trouble) {
        case StorageTrouble::full:
            return ErrorCode::no_space;
        case StorageTrouble::unavailable:
            return ErrorCode::unavailable;
        default:
            return ErrorCode::internal;
    }
}

// The database cannot be used. The text is for people: it says what to do.
class StorageError : public WorldFailure {
  public:
    explicit StorageError(
        const std::string& message, StorageTrouble trouble = StorageTrouble::fault
    )
        : WorldFailure(error_code(trouble), message), trouble_(trouble) {}

    StorageTrouble trouble() const { return trouble_; }

    // Whether the same call can succeed later in this process.
    bool may_pass() const {
        return trouble_ == StorageTrouble::full || trouble_ == StorageTrouble::unavailable;
    }

    // Whether this process must not write to the database any more.
    bool is_final() const {
        return trouble_ == StorageTrouble::broken || trouble_ == StorageTrouble::damaged;
    }

  private:
    StorageTrouble trouble_;
};

// Another daemon has taken over this database.
class StaleDaemon : public StorageError {
  public:
    using StorageError::StorageError;
};

}  // namespace tuner
