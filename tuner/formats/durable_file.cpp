#include "tuner/formats/durable_file.h"

#include "tuner/base/failpoint.h"
#include "tuner/base/owned_fd.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tuner {

namespace {

tl::unexpected<Error> failed(const char* step, const std::string& name) {
    const int error = errno;
    return fail(
        ErrorCode::unavailable,
        std::string(step) + " of the file \"" + name + "\" failed: " + std::strerror(error)
    );
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// Not truncated: the blocks reserved for it are to be kept.
OwnedFd open_temporary(int dir_fd, const std::string& name) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    return OwnedFd(::openat(dir_fd, (name + ".tmp").c_str(), kFlags, 0600));
}

}  // namespace

Result<void> write_new(int dir_fd, const std::string& name, std::string_view text) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    const OwnedFd file(::openat(dir_fd, name.c_str(), kFlags, 0600));
    if (!file) {
        return failed("open", name);
    }
    if (!write_all(file.get(), text)) {
        return failed("write", name);
    }
    return {};
}

Result<void> write_durably(int dir_fd, const std::string& name, std::string_view text) {
    const OwnedFd file = open_temporary(dir_fd, name);
    if (!file) {
        return failed("open", name);
    }
    if (!write_all(file.get(), text) || ::ftruncate(file.get(), static_cast<off_t>(text.size()))) {
        return failed("write", name);
    }
    failpoint("file.written");
    if (::fsync(file.get()) != 0) {
        return failed("fsync", name);
    }
    failpoint("file.synced");
    if (::renameat(dir_fd, (name + ".tmp").c_str(), dir_fd, name.c_str()) != 0) {
        return failed("rename", name);
    }
    failpoint("file.renamed");
    if (::fsync(dir_fd) != 0) {
        return failed("fsync of the directory", name);
    }
    return {};
}

void reserve_space(int dir_fd, const std::string& name, std::size_t bytes) {
    const OwnedFd file = open_temporary(dir_fd, name);
    if (file) {
        ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    }
}

Result<std::string> read_file(int dir_fd, const std::string& name, std::size_t bytes_max) {
    // O_NONBLOCK: a FIFO put there must not make the caller wait.
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const OwnedFd file(::openat(dir_fd, name.c_str(), kFlags));

    struct stat status {};

    if (!file || ::fstat(file.get(), &status) != 0) {
        if (errno == ENOENT) {
            return fail(ErrorCode::not_found, "no file \"" + name + "\"");
        }
        return failed("open", name);
    }
    if (!S_ISREG(status.st_mode)) {
        return invalid("\"" + name + "\" is not a regular file");
    }
    if (static_cast<std::size_t>(status.st_size) > bytes_max) {
        return invalid("\"" + name + "\" is too long");
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failed("read", name);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

}  // namespace tuner
