#include "tuner/storage/backup.h"

#include "tuner/base/failpoint.h"
#include "tuner/storage/sqlite.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace {

[[noreturn]] void raise_errno(const std::filesystem::path& file, std::string_view what) {
    const int code = errno;
    const bool full = code == ENOSPC || code == EDQUOT;
    throw StorageError(
        fmt::format("cannot {} {}: {}", what, file.string(), std::generic_category().message(code)),
        full ? StorageTrouble::full : StorageTrouble::fault
    );
}

// SQLite does not sync what VACUUM INTO writes.
void sync_path(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int code = errno;
    if (fd >= 0) {
        ::close(fd);
    }
    if (!synced) {
        errno = code;
        raise_errno(path, "sync");
    }
}

void copy_to(Connection& connection, const std::filesystem::path& partial) {
    if (::unlink(partial.c_str()) != 0 && errno != ENOENT) {
        raise_errno(partial, "remove");
    }
    const int fd = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        raise_errno(partial, "create");
    }
    ::close(fd);
    connection.run("VACUUM INTO ?1", partial.string());
    failpoint("daemon.after_backup_copy");
    sync_path(partial);
}

// N of "tuner.db.backup-vN", 0 for any other name.
std::int64_t backup_version(const std::string& name, const std::string& prefix) {
    std::int64_t version = 0;
    if (!name.starts_with(prefix)) {
        return 0;
    }
    const char* end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, version);
    return error == std::errc{} && rest == end ? version : 0;
}

}  // namespace

void back_up(Connection& connection, std::int64_t version) {
    const std::filesystem::path copy = fmt::format("{}.backup-v{}", connection.name(), version);
    const std::filesystem::path partial = copy.string() + ".partial";
    try {
        copy_to(connection, partial);
    } catch (const StorageError&) {
        std::error_code ignored;  // what matters is why; half a copy on a full disk helps nobody
        std::filesystem::remove(partial, ignored);
        throw;
    }
    if (::rename(partial.c_str(), copy.c_str()) != 0) {
        raise_errno(copy, "create");
    }
    failpoint("daemon.after_backup_rename");
    sync_path(copy.parent_path());
}

std::optional<std::filesystem::path> newest_backup(const std::filesystem::path& file) {
    const std::string prefix = file.filename().string() + ".backup-v";
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    std::int64_t newest = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        newest = std::max(newest, backup_version(entry.path().filename().string(), prefix));
    }
    if (newest == 0) {
        return std::nullopt;
    }
    return folder / fmt::format("{}{}", prefix, newest);
}

std::string restore_advice(const std::filesystem::path& file) {
    const std::optional<std::filesystem::path> backup = newest_backup(file);
    if (!backup) {
        return "there is no backup beside it: keep a copy, then use another data directory";
    }
    const std::string name = file.filename().string();
    return fmt::format(
        "its newest backup is {0}, made before an upgrade; to go back to it: cd '{1}' && mkdir "
        "damaged && mv {2} {2}-* damaged/ ; cp -p {3} {2}",
        backup->string(),
        file.parent_path().string(),
        name,
        backup->filename().string()
    );
}

}  // namespace tuner
