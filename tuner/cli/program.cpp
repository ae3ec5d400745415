#include "tuner/cli/program.h"

#include "tuner/base/owned_fd.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere portable

namespace tuner {

namespace {

constexpr int kSignalled = 128;
constexpr std::size_t kPipeBytes = 64 * 1'024;

tl::unexpected<Error> machine_error(std::string_view what) {
    return fail(ErrorCode::unavailable, fmt::format("{}: {}", what, std::strerror(errno)));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_of(const Program& program) {
    std::vector<std::string> entries;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!program.env.contains(std::string(text.substr(0, text.find('='))))) {
            entries.emplace_back(text);
        }
    }
    for (const auto& [name, value] : program.env) {
        entries.push_back(name + "=" + value);
    }
    return entries;
}

// What differs for the child: its signals, and where its input and output go (-1: where ours do).
class SpawnOptions {
  public:
    SpawnOptions(int in, int out) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        sigset_t usual;
        sigemptyset(&usual);
        sigaddset(&usual, SIGPIPE);
        sigaddset(&usual, SIGHUP);
        posix_spawnattr_setsigdefault(&attributes_, &usual);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
        if (in >= 0) {
            posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
        }
        if (out >= 0) {
            posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
        }
    }

    ~SpawnOptions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    SpawnOptions(const SpawnOptions&) = delete;
    SpawnOptions& operator=(const SpawnOptions&) = delete;

    Result<pid_t> spawn(const Program& program) {
        if (!program.working_dir.empty()) {
            posix_spawn_file_actions_addchdir_np(&actions_, program.working_dir.c_str());
        }
        std::vector<std::string> argv = program.argv;
        std::vector<std::string> env = environment_of(program);
        const std::vector<char*> words = pointers(argv);
        const std::vector<char*> variables = pointers(env);
        pid_t pid = 0;
        const int error = posix_spawnp(
            &pid, words.front(), &actions_, &attributes_, words.data(), variables.data()
        );
        if (error != 0) {
            return fail(
                ErrorCode::not_found,
                fmt::format("cannot run {}: {}", program.argv.front(), std::strerror(error))
            );
        }
        return pid;
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

// An anonymous file with this content, read from its start.
Result<OwnedFd> file_of(const std::string& content) {
    OwnedFd file(memfd_create("instances", MFD_CLOEXEC));
    std::string_view rest = content;
    while (file && !rest.empty()) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written <= 0) {
            return machine_error("cannot hold the instances");
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (!file || ::lseek(file.get(), 0, SEEK_SET) != 0) {
        return machine_error("cannot hold the instances");
    }
    return file;
}

Result<std::string> read_to_end(int fd) {
    std::string text;
    std::string piece(kPipeBytes, '\0');
    while (true) {
        const ssize_t count = ::read(fd, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return machine_error("cannot read the answer");
        }
        if (count == 0) {
            return text;
        }
        text.append(piece, 0, static_cast<std::size_t>(count));
        if (text.size() > kMaxAnswerBytes) {
            return invalid(fmt::format("the answer is longer than {} bytes", kMaxAnswerBytes));
        }
    }
}

}  // namespace

Result<pid_t> start_program(const Program& program) {
    return SpawnOptions(-1, -1).spawn(program);
}

int wait_for_program(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<ProgramAnswer> run_program(const Program& program, const std::string& input) {
    const Result<OwnedFd> file = file_of(input);
    if (!file) {
        return tl::unexpected(file.error());
    }
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return machine_error("cannot open a pipe");
    }
    OwnedFd reader(ends[0]);
    OwnedFd writer(ends[1]);
    const Result<pid_t> pid = SpawnOptions(file->get(), writer.get()).spawn(program);
    writer.reset();
    if (!pid) {
        return tl::unexpected(pid.error());
    }
    Result<std::string> out = read_to_end(reader.get());
    reader.reset();
    const int code = wait_for_program(*pid);
    if (!out) {
        return tl::unexpected(out.error());
    }
    return ProgramAnswer{code, std::move(*out)};
}

}  // namespace tuner
