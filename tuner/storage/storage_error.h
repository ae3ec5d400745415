// What storage throws when the world breaks: the caller can do nothing about it but say so, and
// wait where waiting may help.

#pragma once

#include <stdexcept>
#include <string>

namespace tuner {

// The database cannot be used: disk full, I/O error, corrupt or too new file. The text is for
// people.
class StorageError : public std::runtime_error {
  public:
    explicit StorageError(const std::string& message, bool may_pass = false)
        : std::runtime_error(message), may_pass_(may_pass) {}

    // Whether the same call can succeed later without a repair: the disk was full, another program
    // held the lock.
    bool may_pass() const { return may_pass_; }

  private:
    bool may_pass_;
};

// Another daemon has taken over this database.
class StaleDaemon : public StorageError {
  public:
    using StorageError::StorageError;
};

}  // namespace tuner
