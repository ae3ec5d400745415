#include "tuner/app/detached_daemon.h"

#include "tuner/base/owned_fd.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

extern char**
    environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere portable

namespace tuner {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kPoll{10};
constexpr std::chrono::seconds kPatience{60};  // a long write-ahead log is read first
constexpr off_t kMaxOldLogBytes = 1 << 20;     // of earlier daemons, kept for the curious

// The log's file, and where the words of this daemon will begin.
struct Log {
    OwnedFd file;
    off_t begin = 0;
};

Result<Log> open_log(const std::string& path) {
    Log log;
    log.file =
        OwnedFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!log.file) {
        return fail(
            ErrorCode::unavailable, fmt::format("cannot write {}: {}", path, std::strerror(errno))
        );
    }

    struct stat status {};

    ::fstat(log.file.get(), &status);
    log.begin = status.st_size;
    if (log.begin > kMaxOldLogBytes && ::ftruncate(log.file.get(), 0) == 0) {
        log.begin = 0;
    }
    return log;
}

Result<pid_t> spawn(std::vector<std::string> words, int log) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        return fail(
            ErrorCode::unavailable, fmt::format("cannot start a daemon: {}", std::strerror(error))
        );
    }
    return pid;
}

// What the daemon said before it ended, without the lines of its log proper.
std::string last_words(const std::string& path, off_t begin) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(begin);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t error = text.rfind("error: ");
    std::string words = error == std::string::npos ? text : text.substr(error + 7);
    words.erase(words.find_last_not_of('\n') + 1);
    return words.empty() ? "it said nothing" : words;
}

}  // namespace

asio::awaitable<Result<void>> start_detached_daemon(DataDirectory directory, std::string settings) {
    const std::string path = (directory.path() / "daemon.log").string();
    Result<Log> log = open_log(path);
    if (!log) {
        co_return tl::unexpected(log.error());
    }
    std::vector<std::string> words{
        "tuner", "serve", "--port", "0", "--until-idle", "--data-dir", directory.path().string()};
    if (!settings.empty()) {
        words.insert(words.end(), {"--config", settings});
    }
    const Result<pid_t> pid = spawn(std::move(words), log->file.get());
    if (!pid) {
        co_return tl::unexpected(pid.error());
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!directory.running_daemon()) {
        int status = 0;
        if (::waitpid(*pid, &status, WNOHANG) == *pid && !directory.is_locked()) {
            co_return fail(
                ErrorCode::unavailable,
                fmt::format("the daemon did not start: {}", last_words(path, log->begin))
            );
        }
        if (std::chrono::steady_clock::now() > deadline) {
            co_return fail(
                ErrorCode::unavailable,
                fmt::format("the daemon does not begin to listen; its log is {}", path)
            );
        }
        timer.expires_after(kPoll);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return Result<void>{};
}

}  // namespace tuner
