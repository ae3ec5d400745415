// A Workspace is the folder of one attempt: it holds the files of formats/attempt_files.h.
//
// The daemon makes it, private to its user, before the shim exists; afterwards it only reads there.
// Calls are short file operations on the loop thread.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/result.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/study/attempt.h"

#include <cstddef>
#include <string>

namespace tuner {

inline constexpr std::size_t kLogTailLines = 20;
inline constexpr std::size_t kLogTailBytes = 8'192;

class Workspace {
  public:
    // An attempt's folder as it is. When it is gone, or is another user's, or is a link, nothing is
    // read from it and nobody lives in it.
    explicit Workspace(std::string dir);

    // Makes the folder with its parents, mode 0700. `invalid_argument` when the path is not
    // absolute, `conflict` when it belongs to another user or has been an attempt's before,
    // `unavailable` when it cannot be made.
    static Result<Workspace> create(const std::string& dir);

    // The daemon's word to the shim.
    Result<void> write_spec(const AttemptSpec& spec) const;

    Result<AttemptIdentity> read_identity() const;
    Result<ExitRecord> read_exit() const;

    // Whether a shim lives here; `unavailable` when that cannot be told now (no descriptor left).
    // Tries the lock for a moment, so never between start and ready.
    Result<bool> is_lock_held() const;

    // The metrics file for reading; empty when there is none, or it cannot be opened now.
    OwnedFd open_metrics() const;

    // The last lines of the error output, or of the output when there are none, as valid UTF-8.
    std::string read_log_tail() const;

    // The processes that SIGKILL does not end, as the shim says; empty while there are none.
    std::string read_unkillable() const;

    // What the shim itself complained about.
    std::string read_shim_log() const;

    const std::string& dir() const { return dir_; }

    std::string stdout_log() const { return dir_ + "/" + kStdoutLog; }

    std::string stderr_log() const { return dir_ + "/" + kStderrLog; }

  private:
    std::string dir_;
    OwnedFd folder_;
    int error_ = 0;  // why there is no folder_
};

}  // namespace tuner
