// A disk that fails on demand, under the real SQLite: the calls it makes fail with the errno and at
// the moment a test chooses.
//
// Syncs are caught because this executable defines fsync and fdatasync; writes through the system
// calls that SQLite's own VFS lets tests replace. One test at a time; whoever makes the disk fail
// repairs it.

#pragma once

namespace tuner {

class FailingDisk {
  public:
    FailingDisk() = default;

    ~FailingDisk() { repair(); }

    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

    // The call number `nth` from now (1: the next one) fails with `error`, and every later one too
    // if `forever`.
    void fail_sync(int nth, int error, bool forever = false);
    void fail_write(int nth, int error, bool forever = false);

    // All calls work again.
    void repair();

    // How many syncs were asked for since the last one that was made to fail.
    int syncs_since_failure() const;
};

}  // namespace tuner
