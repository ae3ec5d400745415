// The shim as a process: how it is started with nothing of ours but two pipes, how it is proven to
// be itself, and how it is reaped.
//
// Nothing here waits; all on the loop thread. No SIGCHLD handler: each child is reaped through its
// own pidfd.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/result.h"
#include "tuner/study/attempt.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace tuner {

// A shim that was just started, and our ends of its pipes.
struct ShimProcess {
    pid_t pid = -1;
    OwnedFd process;  // pidfd
    OwnedFd ready;    // to read from
    OwnedFd go;       // to write to; closing it means never
};

// Starts the shim for the attempt in `dir` with an empty environment, default signals and no
// descriptor but the pipes; its complaints go to `dir`/shim.log. `unavailable` when it cannot.
Result<ShimProcess> spawn_shim(const std::string& shim, const std::string& dir);

// This process's own identity.
AttemptIdentity own_identity();

// Whether a pid of that identity means anything here.
bool is_same_boot(const AttemptIdentity& identity);
bool is_same_pid_namespace(const AttemptIdentity& identity);

// A pidfd of exactly the process that the identity names, checked before and after opening; empty
// when it is not there, or not provably it.
OwnedFd open_verified(const AttemptIdentity& identity);

// Whether the process behind a pidfd has ended.
bool has_ended(const OwnedFd& process);

// Children of ours that nobody waits for any more: released attempts. Reaped when there is time.
class Orphanage {
  public:
    void take(OwnedFd process);

    // Takes away those that have ended.
    void reap();

  private:
    std::vector<OwnedFd> processes_;
};

}  // namespace tuner
