#include "tuner/shim/trainer.h"

#include "tuner/base/failpoint.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tuner::shim {

namespace {

constexpr int kOomScore = 500;  // of 1000: the kernel takes trainers before shims and the daemon
constexpr int kErrorFd = 3;     // where the child reports why it could not become the trainer

struct Pipe {
    OwnedFd reading;
    OwnedFd writing;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    return Pipe{OwnedFd(fds[0]), OwnedFd(fds[1])};
}

// Which step of becoming the trainer failed, as it goes through the error pipe.
enum class Step : int { redirect, enter_directory, execute };

struct Failure {
    Step step = Step::redirect;
    int error = 0;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str()));  // execve changes none of them
    }
    pointers.push_back(nullptr);
    return pointers;
}

void raise_oom_score() {
    const OwnedFd file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
    std::array<char, 16> text{};
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
    int present = kOomScore;
    if (got > 0) {
        std::from_chars(text.data(), text.data() + got, present);
    }
    if (present < kOomScore) {
        const std::string wanted = std::to_string(kOomScore);
        [[maybe_unused]] const ssize_t written =
            ::pwrite(file.get(), wanted.data(), wanted.size(), 0);
    }
}

// By system call: the C library guards two signals of its own, which a parent may have ignored.
void reset_signals() {
    constexpr std::array<unsigned long, 4> kDefault{};  // the kernel's sigaction: SIG_DFL, no flags
    for (int signal = 1; signal < NSIG; ++signal) {
        ::syscall(SYS_rt_sigaction, signal, kDefault.data(), nullptr, sizeof(unsigned long));
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void limit_open_files(std::int64_t soft) {
    rlimit limit{};
    if (soft >= 0 && ::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = std::min(static_cast<rlim_t>(soft), limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

[[noreturn]] void give_up(Step step, int error_pipe = kErrorFd) {
    const Failure failure{step, errno};
    [[maybe_unused]] const ssize_t written = ::write(error_pipe, &failure, sizeof failure);
    ::_exit(127);
}

// Puts the pipes in their places and closes everything else; the sources lie above kErrorFd.
void arrange_descriptors(int output, int error_output, int error_pipe) {
    if (::dup2(error_pipe, kErrorFd) < 0) {
        give_up(Step::redirect, error_pipe);
    }
    ::fcntl(kErrorFd, F_SETFD, FD_CLOEXEC);
    const int null = ::open("/dev/null", O_RDONLY);
    if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(error_output, 2) < 0) {
        give_up(Step::redirect);
    }
    ::close_range(kErrorFd + 1, ~0U, 0);
}

// What execve takes, made before the fork: in the child nothing is allocated, because a child that
// throws would unwind through the shim's own frames and end with a code of its own.
struct Image {
    explicit Image(const AttemptSpec& spec) : environment(spec.environment) {
        environment.push_back(std::string(kCookieVariable) + "=" + spec.uuid);
        argv = pointers_to(spec.argv);
        envp = pointers_to(environment);
    }

    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
};

struct ChildEnds {
    OwnedFd output;
    OwnedFd error_output;
    OwnedFd error;
};

// Runs in the child; the shim has one thread, so anything may be called here that does not
// allocate.
[[noreturn]] void become_trainer(
    const AttemptSpec& spec, const Image& image, pid_t shim, const ChildEnds& ends
) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != shim) {
        ::_exit(127);  // it died before it could take us with it
    }
    raise_oom_score();
    ::umask(077);
    arrange_descriptors(ends.output.get(), ends.error_output.get(), ends.error.get());
    limit_open_files(spec.open_files_soft);
    reset_signals();
    if (::chdir(spec.working_dir.c_str()) != 0) {
        give_up(Step::enter_directory);
    }
    failpoint("trainer.before_exec");
    ::execve(spec.program.c_str(), image.argv.data(), image.envp.data());
    give_up(Step::execute);
}

// A copy of a descriptor that lies above those that the child arranges.
OwnedFd lifted(const OwnedFd& fd) {
    return OwnedFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 16));
}

// A step that the machine refuses now may succeed later, whatever the trainer is.
bool is_machines_fault(Step step, int error) {
    switch (error) {
        case EAGAIN:
        case ENOMEM:
        case EMFILE:
        case ENFILE:
        case EIO:
        case EINTR:
        case ENOSPC:
            return true;
        default:
            return step == Step::redirect;
    }
}

tl::unexpected<Error> not_started(ErrorCode code, const std::string& what, int error) {
    return fail(code, what + ": " + std::strerror(error));
}

std::string describe(Step step, const AttemptSpec& spec) {
    switch (step) {
        case Step::enter_directory:
            return "cannot enter the working directory \"" + spec.working_dir + "\"";
        case Step::execute:
            return "cannot execute \"" + spec.program + "\"";
        case Step::redirect:
            break;
    }
    return "cannot redirect the output";
}

}  // namespace

Result<TrainerProcess> start_trainer(const AttemptSpec& spec) {
    std::optional<Pipe> output = make_pipe();
    std::optional<Pipe> error_output = make_pipe();
    std::optional<Pipe> error = make_pipe();
    if (!output || !error_output || !error) {
        return not_started(ErrorCode::unavailable, "cannot make a pipe", errno);
    }
    ChildEnds ends{lifted(output->writing), lifted(error_output->writing), lifted(error->writing)};
    if (!ends.output || !ends.error_output || !ends.error) {
        return not_started(ErrorCode::unavailable, "cannot copy a pipe", errno);
    }
    const Image image(spec);
    const pid_t shim = ::getpid();
    failpoint("shim.before_fork");
    const pid_t pid = ::fork();
    if (pid < 0) {
        return not_started(ErrorCode::unavailable, "cannot make a process", errno);
    }
    if (pid == 0) {
        become_trainer(spec, image, shim, ends);
    }
    failpoint("shim.forked");
    ::setpgid(pid, pid);  // whoever is first; fails when the child has executed already
    error->writing.reset();
    ends = {};
    Failure failure;
    ssize_t got = 0;
    do {
        got = ::read(error->reading.get(), &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof failure) {
        ::waitpid(pid, nullptr, 0);
        const ErrorCode code = is_machines_fault(failure.step, failure.error)
                                   ? ErrorCode::unavailable
                                   : ErrorCode::invalid_argument;
        return not_started(code, describe(failure.step, spec), failure.error);
    }
    ::fcntl(output->reading.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(error_output->reading.get(), F_SETFL, O_NONBLOCK);
    return TrainerProcess{pid, std::move(output->reading), std::move(error_output->reading)};
}

}  // namespace tuner::shim
