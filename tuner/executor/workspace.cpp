#include "tuner/executor/workspace.h"

#include "tuner/executor/shortage.h"
#include "tuner/formats/durable_file.h"
#include "tuner/formats/utf8.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace tuner {

namespace {

// The last lines among the last bytes of a file; empty when there are none.
std::string read_tail(int folder, const char* name) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const OwnedFd file(::openat(folder, name, kFlags));

    struct stat status {};

    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {};
    }
    const off_t start = std::max<off_t>(0, status.st_size - static_cast<off_t>(kLogTailBytes));
    std::string text(static_cast<std::size_t>(status.st_size - start), '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), start);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    std::size_t from = text.size();
    for (std::size_t line = 0; line < kLogTailLines && from > 0; ++line) {
        const std::size_t end = text.rfind('\n', from - 1);
        from = end == std::string::npos ? 0 : end;
    }
    return to_valid_utf8(std::string_view(text).substr(from > 0 ? from + 1 : 0));
}

// Whether an error says nothing about the file, only about the machine now.
bool may_pass(int error) {
    return error != 0 && error != ENOENT && error != ENOTDIR && error != ELOOP && error != EPERM &&
           error != EACCES;
}

tl::unexpected<Error> unavailable(const std::string& what, int error) {
    return fail(
        ErrorCode::unavailable, fmt::format("cannot open {}: {}", what, std::strerror(error))
    );
}

}  // namespace

Result<Workspace> Workspace::create(const std::string& dir) {
    namespace fs = std::filesystem;
    if (!fs::path(dir).is_absolute()) {
        return invalid(fmt::format("\"{}\" is not an absolute path", dir));
    }
    std::string made;
    for (const fs::path& part : fs::path(dir)) {
        made = (fs::path(made) / part).string();
        if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR) {
            const int error = errno;
            return fail(
                code_of(error),
                fmt::format("cannot make the folder \"{}\": {}", made, std::strerror(error))
            );
        }
    }
    Workspace workspace(dir);
    if (may_pass(workspace.error_)) {
        return unavailable(fmt::format("the folder \"{}\"", dir), workspace.error_);
    }
    if (!workspace.folder_) {
        return fail(
            ErrorCode::conflict,
            fmt::format("the folder \"{}\" is a link, no folder, or another user's", dir)
        );
    }
    for (const char* name : {kSpecFile, kLockFile, kExitFile}) {
        if (::faccessat(workspace.folder_.get(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
            return fail(
                ErrorCode::conflict,
                fmt::format("the folder \"{}\" has been used by another attempt", dir)
            );
        }
    }
    ::fchmod(workspace.folder_.get(), 0700);
    return workspace;
}

Workspace::Workspace(std::string dir)
    : dir_(std::move(dir)),
      folder_(::open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) {
    error_ = folder_ ? 0 : errno;

    struct stat status {};

    if (folder_ && (::fstat(folder_.get(), &status) != 0 || status.st_uid != ::geteuid())) {
        folder_.reset();
        error_ = EPERM;
    }
}

Result<void> Workspace::write_spec(const AttemptSpec& spec) const {
    return write_new(folder_.get(), kSpecFile, to_text(spec));
}

Result<AttemptIdentity> Workspace::read_identity() const {
    return read_file(folder_.get(), kIdentityFile, kMaxIdentityBytes).and_then(parse_identity);
}

Result<ExitRecord> Workspace::read_exit() const {
    if (!folder_ && !may_pass(error_)) {
        return fail(ErrorCode::not_found, "the attempt's folder is gone");
    }
    return read_file(folder_.get(), kExitFile, kMaxExitBytes).and_then(parse_exit);
}

Result<bool> Workspace::is_lock_held() const {
    if (!folder_) {
        return may_pass(error_) ? Result<bool>(unavailable("the attempt's folder", error_)) : false;
    }
    const OwnedFd lock(::openat(folder_.get(), kLockFile, O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!lock) {
        return may_pass(errno) ? Result<bool>(unavailable("the attempt's lock", errno)) : false;
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
        return false;
    }
    return errno == EWOULDBLOCK ? Result<bool>(true) : unavailable("the attempt's lock", errno);
}

OwnedFd Workspace::open_metrics() const {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    return OwnedFd(::openat(folder_.get(), kMetricsFile, kFlags));
}

std::string Workspace::read_log_tail() const {
    std::string tail = read_tail(folder_.get(), kStderrLog);
    return tail.empty() ? read_tail(folder_.get(), kStdoutLog) : tail;
}

std::string Workspace::read_unkillable() const {
    return read_file(folder_.get(), kUnkillableFile, kMaxUnkillableBytes).value_or("");
}

std::string Workspace::read_shim_log() const {
    return read_tail(folder_.get(), kShimLog);
}

}  // namespace tuner
