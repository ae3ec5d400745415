#include "tuner/storage/transaction.h"

#include "tuner/base/contract.h"

namespace tuner {

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    expects(!connection.in_transaction(), "a transaction does not begin inside another");
    if (kind == Kind::write && connection.broken()) {
        throw StorageError(*connection.broken());
    }
    connection.run_script(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    // SQLite may have rolled back by itself (disk full, I/O error): then there is nothing to do.
    if (connection_.in_transaction()) {
        try {
            connection_.run_script("ROLLBACK");
        } catch (const StorageError&) {
            // Already on the way out with what went wrong.
        }
    }
}

void Transaction::commit() {
    connection_.run_script("COMMIT");
}

}  // namespace tuner
