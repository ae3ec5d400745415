#include "tuner/storage/sqlite_failure.h"

#include <cerrno>

#include <catch2/catch.hpp>
#include <sqlite3.h>

using namespace tuner;

namespace {

StorageTrouble trouble(int code, int system_error = 0) {
    return explain_sqlite(code, system_error).trouble;
}

}  // namespace

TEST_CASE("a result code says whether waiting, restarting or mending helps", "[sqlite_failure]") {
    CHECK(trouble(SQLITE_FULL) == StorageTrouble::full);
    CHECK(trouble(SQLITE_BUSY) == StorageTrouble::unavailable);
    CHECK(trouble(SQLITE_BUSY_SNAPSHOT) == StorageTrouble::unavailable);
    CHECK(trouble(SQLITE_LOCKED) == StorageTrouble::unavailable);
    CHECK(trouble(SQLITE_NOMEM) == StorageTrouble::unavailable);
    CHECK(trouble(SQLITE_IOERR_NOMEM) == StorageTrouble::unavailable);
    CHECK(trouble(SQLITE_IOERR_READ, EIO) == StorageTrouble::broken);
    CHECK(trouble(SQLITE_IOERR_WRITE, EIO) == StorageTrouble::broken);
    CHECK(trouble(SQLITE_IOERR_FSYNC, EIO) == StorageTrouble::broken);
    CHECK(trouble(SQLITE_READONLY_DBMOVED) == StorageTrouble::broken);
    CHECK(trouble(SQLITE_CORRUPT) == StorageTrouble::damaged);
    CHECK(trouble(SQLITE_NOTADB) == StorageTrouble::damaged);
    CHECK(trouble(SQLITE_CONSTRAINT) == StorageTrouble::fault);
    CHECK(trouble(SQLITE_ERROR) == StorageTrouble::fault);
}

TEST_CASE("no room shows in errno where SQLite says I/O error", "[sqlite_failure]") {
    CHECK(trouble(SQLITE_IOERR_WRITE, EDQUOT) == StorageTrouble::full);
    CHECK(trouble(SQLITE_IOERR_SHMSIZE, ENOSPC) == StorageTrouble::full);
}

TEST_CASE("a failed sync is final, whatever errno says", "[sqlite_failure]") {
    CHECK(trouble(SQLITE_IOERR_FSYNC, ENOSPC) == StorageTrouble::broken);
    CHECK(trouble(SQLITE_IOERR_DIR_FSYNC, EDQUOT) == StorageTrouble::broken);
}

TEST_CASE("trouble that passes has a code of its own for clients", "[sqlite_failure]") {
    CHECK(error_code(StorageTrouble::full) == ErrorCode::no_space);
    CHECK(error_code(StorageTrouble::unavailable) == ErrorCode::unavailable);
    CHECK(error_code(StorageTrouble::broken) == ErrorCode::internal);
}
