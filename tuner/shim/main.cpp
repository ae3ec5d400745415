// tuner-shim DIR: minds one trainer, from the spec in DIR to the exit file in DIR.
//
// Started by the daemon with two pipes: it says "R" on kReadyFd when it can be found again (lock
// held, identity on the disk), or "E" and the reason; and it starts the trainer when it hears "G"
// on kGoFd. Hearing the end of the pipe instead, it writes that the trainer never started. From
// then on it needs nobody: the daemon may go and another may come.

#include "tuner/base/failpoint.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/formats/durable_file.h"
#include "tuner/formats/proc_files.h"
#include "tuner/shim/boot_clock.h"
#include "tuner/shim/complaint.h"
#include "tuner/shim/minder.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tuner::shim {

namespace {

// The daemon looks whether the lock is held by taking it for a moment.
constexpr int kLockTries = 200;
constexpr useconds_t kLockPauseUs = 10'000;

tl::unexpected<Error> broken(const std::string& what) {
    return fail(ErrorCode::unavailable, what + ": " + std::strerror(errno));
}

OwnedFd create(int dir_fd, const char* name, int flags) {
    return OwnedFd(::openat(dir_fd, name, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

Result<OwnedFd> take_lock(int dir_fd) {
    OwnedFd lock = create(dir_fd, kLockFile, O_RDWR);
    if (!lock) {
        return broken("cannot open the lock file");
    }
    for (int i = 0; i < kLockTries; ++i) {
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
            return lock;
        }
        ::usleep(kLockPauseUs);
    }
    return broken("another process holds the lock of this attempt");
}

// The signals that the loop hears, and those that are none of our business.
OwnedFd arrange_signals() {
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2}) {
        ::signal(signal, SIG_IGN);
    }
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGTERM);
    sigaddset(&heard, SIGCHLD);
    ::sigprocmask(SIG_SETMASK, &heard, nullptr);
    return OwnedFd(::signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK));
}

Result<void> write_identity(int dir_fd) {
    AttemptIdentity identity;
    identity.boot_id = read_boot_id();
    identity.pid_namespace = read_pid_namespace();
    identity.pid = ::getpid();
    const std::optional<ProcessStatus> status = read_process_status(::getpid());
    if (!status || identity.boot_id.empty() || identity.pid_namespace.empty()) {
        return fail(ErrorCode::unavailable, "cannot read /proc");
    }
    identity.start_ticks = status->start_ticks;
    const OwnedFd parent(::openat(dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(parent.get());  // the folder itself; best effort, its files matter more
    return write_durably(dir_fd, kIdentityFile, to_text(identity));
}

struct Prepared {
    OwnedFd lock;
    OwnedFd signals;
    AttemptSpec spec;
    MinderFiles files;
};

Result<Prepared> prepare(int dir_fd) {
    Result<OwnedFd> lock = take_lock(dir_fd);
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    const Result<std::string> text = read_file(dir_fd, kSpecFile, kMaxSpecBytes);
    failpoint("shim.locked");
    Result<AttemptSpec> spec = text ? parse_spec(*text) : tl::unexpected(text.error());
    if (!spec) {
        return tl::unexpected(spec.error());
    }
    MinderFiles files{
        create(dir_fd, kMetricsFile, O_WRONLY | O_APPEND),
        create(dir_fd, kStdoutLog, O_RDWR),
        create(dir_fd, kStderrLog, O_RDWR),
    };
    OwnedFd signals = arrange_signals();
    if (!files.metrics || !files.stdout_log || !files.stderr_log || !signals) {
        return broken("cannot make the files of the attempt");
    }
    ::mkdirat(dir_fd, kHypertuneDir, 0700);  // an old one will do
    reserve_space(dir_fd, kExitFile, kMaxExitBytes);
    failpoint("shim.files_made");
    if (Result<void> written = write_identity(dir_fd); !written) {
        return tl::unexpected(written.error());
    }
    return Prepared{std::move(*lock), std::move(signals), std::move(*spec), std::move(files)};
}

// Waits for the word; false when it can never come or we are told to end before it. A request that
// follows the word is the Minder's to hear.
bool hears_go(const OwnedFd& go, const OwnedFd& signals) {
    std::array<pollfd, 2> fds{{{go.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
    while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
    }
    char word = 0;
    return (fds[0].revents & POLLIN) != 0 && ::read(go.get(), &word, 1) == 1 && word == kGoWord;
}

void say(const OwnedFd& ready, const std::string& text) {
    [[maybe_unused]] const ssize_t written = ::write(ready.get(), text.data(), text.size());
}

int run(const char* dir) {
    ::umask(077);
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    OwnedFd ready(kReadyFd);
    OwnedFd go(kGoFd);
    ::fcntl(kReadyFd, F_SETFD, FD_CLOEXEC);
    ::fcntl(kGoFd, F_SETFD, FD_CLOEXEC);
    ::signal(SIGPIPE, SIG_IGN);
    const OwnedFd folder(::open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Result<Prepared> prepared = folder ? prepare(folder.get()) : broken("cannot open the folder");
    if (!prepared) {
        say(ready, kFailedWord + prepared.error().message);
        return 1;
    }
    failpoint("shim.identity_written");
    say(ready, std::string(1, kReadyWord));
    failpoint("shim.ready_said");
    ready.reset();
    ExitRecord record;
    record.exit.kind = ExitKind::never_started;
    record.started = record.ended = wall_time();
    if (hears_go(go, prepared->signals)) {
        go.reset();
        failpoint("shim.go_heard");
        record =
            Minder(
                prepared->spec, folder.get(), prepared->signals.get(), std::move(prepared->files)
            )
                .run();
    }
    failpoint("shim.before_exit_file");
    const Result<void> written = write_durably(folder.get(), kExitFile, to_text(record));
    failpoint("shim.exit_written");
    if (!written) {
        complain(written.error().message);
    }
    return written ? 0 : 1;
}

}  // namespace

}  // namespace tuner::shim

int main(int argc, char** argv) {
    if (argc != 2) {
        tuner::shim::complain("tuner starts this program; it is of no use by itself");
        return 64;
    }
    try {
        return tuner::shim::run(argv[1]);
    } catch (const std::exception& error
    ) {  // out of memory: without an exit file it counts as lost
        tuner::shim::complain(error.what());
        return 1;
    }
}
