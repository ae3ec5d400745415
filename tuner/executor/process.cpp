#include "tuner/executor/process.h"

#include "tuner/executor/shortage.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/formats/proc_files.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace {

// Above every descriptor that the child arranges, so that no dup2 overwrites a source of another.
constexpr int kLifted = 16;

struct Pipe {
    OwnedFd reading;
    OwnedFd writing;
};

Pipe make_pipe() {
    std::array<int, 2> fds{-1, -1};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
        return {};
    }
    return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

OwnedFd lifted(const OwnedFd& fd) {
    return OwnedFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kLifted));
}

// posix_spawn's two argument objects, set up for a child that inherits nothing.
class SpawnPlan {
  public:
    SpawnPlan(int ready, int go, const std::string& log) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
        constexpr int kLogFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
        posix_spawn_file_actions_addopen(&actions_, 2, log.c_str(), kLogFlags, 0600);
        posix_spawn_file_actions_adddup2(&actions_, ready, kReadyFd);
        posix_spawn_file_actions_adddup2(&actions_, go, kGoFd);
        posix_spawn_file_actions_addclosefrom_np(&actions_, kGoFd + 1);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    // Answers an errno value.
    int spawn(pid_t& pid, const std::string& program, const std::string& argument) const {
        std::string name = program;
        std::string dir = argument;
        std::array<char*, 3> argv{name.data(), dir.data(), nullptr};
        std::array<char*, 1> environment{nullptr};
        return ::posix_spawn(
            &pid, program.c_str(), &actions_, &attributes_, argv.data(), environment.data()
        );
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

bool has_start_time(const AttemptIdentity& identity) {
    const auto status = read_process_status(static_cast<pid_t>(identity.pid));
    return status && status->start_ticks == identity.start_ticks;
}

}  // namespace

Result<ShimProcess> spawn_shim(const std::string& shim, const std::string& dir) {
    Pipe ready = make_pipe();
    Pipe go = make_pipe();
    const OwnedFd child_ready = lifted(ready.writing);
    const OwnedFd child_go = lifted(go.reading);
    if (!child_ready || !child_go) {
        const int error = errno;
        return fail(code_of(error), fmt::format("cannot make a pipe: {}", std::strerror(error)));
    }
    const SpawnPlan plan(child_ready.get(), child_go.get(), dir + "/" + kShimLog);
    ShimProcess process;
    if (const int error = plan.spawn(process.pid, shim, dir); error != 0) {
        return fail(
            code_of(error),
            fmt::format("cannot start the minder \"{}\": {}", shim, std::strerror(error))
        );
    }
    process.process = open_process(process.pid);  // it is our child: the number is still its own
    if (!process.process) {
        const int error = errno;
        ::kill(process.pid, SIGKILL);
        ::waitpid(process.pid, nullptr, 0);
        return fail(
            ErrorCode::unavailable,
            fmt::format("cannot hold on to the minder: {}", std::strerror(error))
        );
    }
    process.ready = std::move(ready.reading);
    process.go = std::move(go.writing);
    return process;
}

AttemptIdentity own_identity() {
    const std::optional<ProcessStatus> status = read_process_status(::getpid());
    return {read_boot_id(), read_pid_namespace(), ::getpid(), status ? status->start_ticks : 0};
}

bool is_same_boot(const AttemptIdentity& identity) {
    return !identity.boot_id.empty() && identity.boot_id == read_boot_id();
}

bool is_same_pid_namespace(const AttemptIdentity& identity) {
    return !identity.pid_namespace.empty() && identity.pid_namespace == read_pid_namespace();
}

OwnedFd open_verified(const AttemptIdentity& identity) {
    if (identity.pid <= 0 || !is_same_boot(identity) || !is_same_pid_namespace(identity) ||
        !has_start_time(identity)) {
        return {};
    }
    OwnedFd process = open_process(static_cast<pid_t>(identity.pid));
    return process && has_start_time(identity) ? std::move(process) : OwnedFd();
}

bool has_ended(const OwnedFd& process) {
    pollfd poll_fd{process.get(), POLLIN, 0};
    return ::poll(&poll_fd, 1, 0) > 0;
}

void Orphanage::take(OwnedFd process) {
    if (process) {
        processes_.push_back(std::move(process));
    }
    reap();
}

void Orphanage::reap() {
    std::erase_if(processes_, [](const OwnedFd& process) {
        siginfo_t info{};
        const auto id = static_cast<id_t>(process.get());
        return ::waitid(P_PIDFD, id, &info, WEXITED | WNOHANG) != 0 || info.si_pid != 0;
    });
}

}  // namespace tuner
