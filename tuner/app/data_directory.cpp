#include "tuner/app/data_directory.h"

#include "tuner/base/failpoint.h"
#include "tuner/base/random.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTokenBytes = 32;

[[noreturn]] void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Writes a small file that only its owner may read, so that readers see it whole or not at all.
void write_private_file(const fs::path& path, const std::string& text) {
    const fs::path temporary = path.string() + ".new";
    const int fd =
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        throw_errno("cannot write " + temporary.string());
    }
    const ssize_t written = write(fd, text.data(), text.size());
    const bool stored = written == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
    close(fd);
    failpoint("daemon.private_file_synced");
    if (!stored || rename(temporary.c_str(), path.c_str()) != 0) {
        throw_errno("cannot write " + path.string());
    }
}

std::string read_line(const fs::path& path) {
    std::ifstream stream(path);
    std::string line;
    std::getline(stream, line);
    return line;
}

int open_lock(const fs::path& directory) {
    const int fd = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        throw_errno("cannot open " + (directory / "lock").string());
    }
    return fd;
}

// An open file description lock on the whole file: freed by the kernel with its last descriptor,
// and, unlike flock, one can ask for it without taking it, so that asking never gets in a starting
// daemon's way.
struct flock whole_file() {
    struct flock lock {};

    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

// The file `daemon`: the address and the process number on one line.
std::optional<DaemonAddress> read_address(const fs::path& path) {
    std::ifstream stream(path);
    DaemonAddress address;
    if (!(stream >> address.url >> address.pid)) {
        return std::nullopt;
    }
    return address;
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const fs::path& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    if (!fs::exists(absolute, error)) {
        fs::create_directories(absolute.parent_path(), error);
        if (mkdir(absolute.c_str(), 0700) != 0 && errno != EEXIST) {
            return fail(
                ErrorCode::invalid_argument,
                fmt::format(
                    "cannot make the data directory {}: {}",
                    absolute.string(),
                    std::generic_category().message(errno)
                )
            );
        }
    }

    struct stat status {};

    if (stat(absolute.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("the data directory {} is not a folder", absolute.string())
        );
    }
    if (status.st_uid != geteuid()) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format(
                "the data directory {} belongs to user {}, not to you",
                absolute.string(),
                status.st_uid
            )
        );
    }
    if ((status.st_mode & 0077) != 0) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format(
                "the data directory {} is open to other users; close it with: chmod 700 {}",
                absolute.string(),
                absolute.string()
            )
        );
    }
    return DataDirectory(absolute);
}

std::string DataDirectory::token() const {
    const fs::path file = path_ / "token";
    std::string present = read_line(file);
    if (present.size() == 2 * kTokenBytes) {
        return present;
    }
    std::string made = random_hex(kTokenBytes);
    write_private_file(file, made + "\n");
    return made;
}

std::optional<DaemonAddress> DataDirectory::running_daemon() const {
    return is_locked() ? read_address(path_ / "daemon") : std::nullopt;
}

bool DataDirectory::is_locked() const {
    const int fd = open_lock(path_);
    struct flock lock = whole_file();
    const bool known = fcntl(fd, F_OFD_GETLK, &lock) == 0;
    close(fd);
    return known && lock.l_type != F_UNLCK;
}

bool DataDirectory::is_holder_dead() const {
    const std::optional<DaemonAddress> holder = read_address(path_ / "daemon");
    return holder && holder->pid > 0 && kill(holder->pid, 0) != 0 && errno == ESRCH;
}

Result<DataLock> DataLock::take(const DataDirectory& directory) {
    const int fd = open_lock(directory.path());
    struct flock lock = whole_file();
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
        std::error_code ignored;
        fs::remove(directory.path() / "daemon", ignored);
        failpoint("daemon.locked");
        return DataLock(fd, directory.path());
    }
    close(fd);
    const std::optional<DaemonAddress> holder = read_address(directory.path() / "daemon");
    return fail(
        ErrorCode::conflict,
        fmt::format(
            "the data directory {} is in use by another tuner{}",
            directory.path().string(),
            holder ? fmt::format(" (process {}, {})", holder->pid, holder->url) : ""
        )
    );
}

DataLock::DataLock(DataLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), directory_(std::move(other.directory_)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(directory_, other.directory_);
    return *this;
}

DataLock::~DataLock() {
    if (fd_ >= 0) {
        std::error_code ignored;
        fs::remove(directory_ / "daemon", ignored);
        close(fd_);
    }
}

void DataLock::announce(const DaemonAddress& address) const {
    write_private_file(directory_ / "daemon", fmt::format("{} {}\n", address.url, address.pid));
}

}  // namespace tuner
