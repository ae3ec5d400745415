// A Transaction makes everything between its beginning and commit() one change, or none.

#pragma once

#include "tuner/storage/sqlite.h"

namespace tuner {

// From BEGIN to commit(); without it, the end rolls back. A writing one takes the write lock at
// once, and on a broken connection it throws what broke it instead.
class Transaction {
  public:
    enum class Kind { read, write };

    Transaction(Connection& connection, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    Connection& connection_;
};

}  // namespace tuner
