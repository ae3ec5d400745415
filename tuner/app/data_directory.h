// The data directory: everything tuner keeps, in one folder of its owner (0700), used by one daemon
// at a time.
//
//   tuner.db   the database            token    the API token (0600)
//   studies/   attempts and logs       lock     held by the daemon for its life
//                                      daemon   where the running daemon listens (0600)
//
// Whether a daemon is running is asked of the lock, never of a process number.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace tuner {

// Where a daemon can be reached.
struct DaemonAddress {
    std::string url;  // http://127.0.0.1:7437
    pid_t pid = 0;
};

class DataDirectory {
  public:
    // Creates the folder if it is missing. `invalid_argument` when it is not a folder, not ours, or
    // open to others.
    static Result<DataDirectory> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }

    std::filesystem::path database() const { return path_ / "tuner.db"; }

    std::filesystem::path studies() const { return path_ / "studies"; }

    // What running_daemon() reads.
    std::filesystem::path address_file() const { return path_ / "daemon"; }

    // The API token, 64 hexadecimal digits; made at the first call. `unavailable` when it can be
    // neither read nor made.
    Result<std::string> token() const;

    // Where the daemon that holds the lock listens; nothing when none runs or it has not said so
    // yet.
    std::optional<DaemonAddress> running_daemon() const;

    // Whether some process holds the lock now.
    bool is_locked() const;

    // Whether the daemon that last said where it listens no longer exists. If the directory is
    // locked all the same, a child holds the lock that it was starting when it was killed, and for
    // no longer than until that child has executed its program.
    bool is_holder_dead() const;

  private:
    explicit DataDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

// The right to be the data directory's daemon. Held until destruction; the kernel frees it when the
// process dies.
class DataLock {
  public:
    // `conflict` with the holder's process number when another daemon has it, `unavailable` when
    // the lock cannot be used. Never waits.
    static Result<DataLock> take(const DataDirectory& directory);

    DataLock(DataLock&&) noexcept = default;
    DataLock& operator=(DataLock&&) noexcept = default;
    ~DataLock();

    // Tells others where this daemon listens; `unavailable` when that cannot be written.
    Result<void> announce(const DaemonAddress& address) const;

  private:
    DataLock(OwnedFd file, std::filesystem::path directory)
        : file_(std::move(file)), directory_(std::move(directory)) {}

    OwnedFd file_;
    std::filesystem::path directory_;
};

}  // namespace tuner
