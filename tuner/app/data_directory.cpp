#include "tuner/app/data_directory.h"

#include "tuner/base/failpoint.h"
#include "tuner/base/owned_fd.h"
#include "tuner/base/random.h"
#include "tuner/formats/durable_file.h"

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

constexpr std::size_t kTokenFileBytes = 4'096;  // a token and whatever an editor left behind it

tl::unexpected<Error> failed(const std::string& what, const fs::path& path) {
    const int error = errno;
    return fail(
        ErrorCode::unavailable,
        fmt::format("cannot {} {}: {}", what, path.string(), std::generic_category().message(error))
    );
}

// Writes a small file that only its owner may read, so that readers see it whole or not at all.
Result<void> write_private_file(
    const fs::path& directory, const std::string& name, const std::string& text
) {
    const OwnedFd folder(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return failed("open", directory);
    }
    return write_durably(folder.get(), name, text).map_error([&](const Error& error) {
        return Error{error.code, fmt::format("{}: {}", directory.string(), error.message)};
    });
}

OwnedFd open_lock(const fs::path& directory) {
    return OwnedFd(open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
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

// The lock file itself names its holder, for those who come before the file `daemon` is written.
// For people only: best effort, and a disk without room for it is no reason not to start.
void write_holder(const OwnedFd& lock) {
    const std::string text = std::to_string(getpid()) + "\n";
    if (ftruncate(lock.get(), 0) == 0) {
        [[maybe_unused]] const ssize_t written = pwrite(lock.get(), text.data(), text.size(), 0);
    }
}

std::string describe_holder(const fs::path& directory) {
    if (const auto holder = read_address(directory / "daemon")) {
        return fmt::format(" (process {}, {})", holder->pid, holder->url);
    }
    std::ifstream lock(directory / "lock");
    pid_t pid = 0;
    return lock >> pid ? fmt::format(" (process {}, just starting)", pid) : "";
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const fs::path& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    if (!fs::exists(absolute, error)) {
        fs::create_directories(absolute.parent_path(), error);
        if (mkdir(absolute.c_str(), 0700) != 0 && errno != EEXIST) {
            return invalid(fmt::format(
                "cannot make the data directory {}: {}",
                absolute.string(),
                std::generic_category().message(errno)
            ));
        }
    }

    struct stat status {};

    if (stat(absolute.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return invalid(fmt::format("the data directory {} is not a folder", absolute.string()));
    }
    if (status.st_uid != geteuid()) {
        return invalid(fmt::format(
            "the data directory {} belongs to user {}, not to you", absolute.string(), status.st_uid
        ));
    }
    if ((status.st_mode & 0077) != 0) {
        return invalid(fmt::format(
            "the data directory {} is open to other users; close it with: chmod 700 {}",
            absolute.string(),
            absolute.string()
        ));
    }
    return DataDirectory(absolute);
}

// Only a token that is not there is made: one that cannot be read now is still the token of every
// client.
Result<std::string> DataDirectory::token() const {
    const OwnedFd folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return failed("open", path_);
    }
    const Result<std::string> text = read_file(folder.get(), "token", kTokenFileBytes);
    if (!text && text.error().code != ErrorCode::not_found) {
        return fail(
            ErrorCode::unavailable, fmt::format("{}: {}", path_.string(), text.error().message)
        );
    }
    if (std::string present = text.value_or(""); present.find('\n') == 2 * kTokenBytes) {
        present.resize(2 * kTokenBytes);
        return present;
    }
    std::string made = random_hex(kTokenBytes);
    return write_private_file(path_, "token", made + "\n").map([&] { return made; });
}

std::optional<DaemonAddress> DataDirectory::running_daemon() const {
    return is_locked() ? read_address(path_ / "daemon") : std::nullopt;
}

bool DataDirectory::is_locked() const {
    const OwnedFd file = open_lock(path_);
    struct flock lock = whole_file();
    return file && fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool DataDirectory::is_holder_dead() const {
    const std::optional<DaemonAddress> holder = read_address(path_ / "daemon");
    return holder && holder->pid > 0 && kill(holder->pid, 0) != 0 && errno == ESRCH;
}

Result<DataLock> DataLock::take(const DataDirectory& directory) {
    OwnedFd file = open_lock(directory.path());
    if (!file) {
        return failed("open", directory.path() / "lock");
    }
    struct flock lock = whole_file();
    if (fcntl(file.get(), F_OFD_SETLK, &lock) == 0) {
        std::error_code ignored;
        fs::remove(directory.path() / "daemon", ignored);
        write_holder(file);
        failpoint("daemon.locked");
        return DataLock(std::move(file), directory.path());
    }
    if (errno != EAGAIN && errno != EACCES) {
        return failed("lock", directory.path() / "lock");
    }
    return fail(
        ErrorCode::conflict,
        fmt::format(
            "the data directory {} is in use by another tuner{}",
            directory.path().string(),
            describe_holder(directory.path())
        )
    );
}

DataLock::~DataLock() {
    // Somebody may have removed the lock file, and another daemon be at home here by now.
    const std::optional<DaemonAddress> present =
        file_ ? read_address(directory_ / "daemon") : std::nullopt;
    if (present && present->pid == getpid()) {
        std::error_code ignored;
        fs::remove(directory_ / "daemon", ignored);
    }
}

Result<void> DataLock::announce(const DaemonAddress& address) const {
    return write_private_file(
        directory_, "daemon", fmt::format("{} {}\n", address.url, address.pid)
    );
}

}  // namespace tuner
