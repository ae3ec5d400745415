#include "tests/storage/failing_disk.h"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

#include <sqlite3.h>

namespace {

// One kind of call: it works until `countdown` reaches 0; negative: for ever.
struct Fault {
    int countdown = -1;
    int error = 0;
    bool forever = false;
    int calls_since_failure = 0;

    // Whether this call fails; errno is set.
    bool strikes() {
        ++calls_since_failure;
        if (countdown < 0 || --countdown > 0) {
            return false;
        }
        countdown = forever ? 1 : -1;
        calls_since_failure = 0;
        errno = error;
        return true;
    }
};

Fault sync_fault;
Fault write_fault;

ssize_t write_or_fail(int fd, const void* bytes, size_t count) {
    return write_fault.strikes() ? -1 : ::syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite_or_fail(int fd, const void* bytes, size_t count, off_t offset) {
    return write_fault.strikes() ? -1 : ::syscall(SYS_pwrite64, fd, bytes, count, offset);
}

sqlite3_syscall_ptr pointer(auto* function) {
    return reinterpret_cast<sqlite3_syscall_ptr>(function);
}

void replace_writes() {
    sqlite3_initialize();
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, "write", pointer(write_or_fail));
    vfs->xSetSystemCall(vfs, "pwrite", pointer(pwrite_or_fail));
    vfs->xSetSystemCall(vfs, "pwrite64", pointer(pwrite_or_fail));
}

}  // namespace

extern "C" int fsync(int fd) {
    return sync_fault.strikes() ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
    return sync_fault.strikes() ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace tuner {

void FailingDisk::fail_sync(int nth, int error, bool forever) {
    sync_fault = {nth, error, forever, 0};
}

void FailingDisk::fail_write(int nth, int error, bool forever) {
    replace_writes();
    write_fault = {nth, error, forever, 0};
}

void FailingDisk::repair() {
    sync_fault.countdown = -1;
    write_fault.countdown = -1;
}

int FailingDisk::syncs_since_failure() const {
    return sync_fault.calls_since_failure;
}

}  // namespace tuner
