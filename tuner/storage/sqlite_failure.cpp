#include "tuner/storage/sqlite_failure.h"

#include <cerrno>

#include <sqlite3.h>

namespace tuner {

namespace {

constexpr int kPrimaryCode = 0xff;  // extended result codes have their family in the low byte

bool lacks_space(int code, int system_error) {
    const bool writes =
        code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMOPEN;
    return writes && (system_error == ENOSPC || system_error == EDQUOT);
}

}  // namespace

SqliteFailure explain_sqlite(int code, int system_error) {
    if (lacks_space(code, system_error)) {
        return explain_sqlite(SQLITE_FULL, 0);
    }
    if (code == SQLITE_IOERR_NOMEM) {
        return explain_sqlite(SQLITE_NOMEM, 0);
    }
    switch (code & kPrimaryCode) {
        case SQLITE_FULL:
            return {
                StorageTrouble::full, "the disk is full: free some space and it goes on by itself"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return {
                StorageTrouble::unavailable,
                "another program holds the database locked: end it, or try again"};
        case SQLITE_NOMEM:
            return {StorageTrouble::unavailable, "memory is short: end something, or try again"};
        case SQLITE_CANTOPEN:
            return {
                StorageTrouble::unavailable,
                "see that the file and its folder exist and that you may write to them"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return {
                StorageTrouble::broken,
                "see that the file and its folder exist and that you may write to them"};
        case SQLITE_CORRUPT:
            return {StorageTrouble::damaged, "the file is damaged and was left as it is"};
        case SQLITE_NOTADB:
            return {
                StorageTrouble::damaged,
                "the file is not a database of tuner, or damaged, and was left as it is"};
        case SQLITE_IOERR:
            return {
                StorageTrouble::broken,
                "the disk reported an error and nothing more is written: look at the system's log, "
                "then start again"};
        default:
            return {};
    }
}

}  // namespace tuner
