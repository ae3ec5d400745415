#include "tuner/storage/file_check.h"

#include "tuner/storage/storage_error.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr unsigned kForOthers = 077;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
    throw StorageError(fmt::format("cannot open the database {}: {}", file.string(), why));
}

}  // namespace

FileCheck FileCheck::of(const std::filesystem::path& file) {
    struct stat status {};

    if (::stat(file.c_str(), &status) != 0) {
        refuse(file, std::generic_category().message(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        refuse(file, "it is not a regular file");
    }
    if (status.st_nlink != 1) {
        refuse(
            file,
            fmt::format(
                "it has {} names (hard links), and changes made through another one would damage "
                "it; find them with: find DIR -samefile '{}'",
                status.st_nlink,
                file.string()
            )
        );
    }
    if ((status.st_mode & kForOthers) != 0) {
        refuse(
            file,
            fmt::format(
                "others than its owner may use it (mode {:04o}): chmod 600 '{}'",
                status.st_mode & 07777U,
                file.string()
            )
        );
    }
    FileCheck check;
    check.file_ = file;
    check.device_ = status.st_dev;
    check.inode_ = status.st_ino;
    return check;
}

std::optional<std::string> FileCheck::what_happened() const {
    if (inode_ == 0) {
        return std::nullopt;
    }

    struct stat status {};

    if (::stat(file_.c_str(), &status) != 0 || status.st_dev != device_ ||
        status.st_ino != inode_) {
        return "was moved, replaced or removed while in use: nothing more is written; put the file "
               "back, or start again";
    }
    if (status.st_nlink != 1) {
        return "got a second name (a hard link) while in use: nothing more is written; remove that "
               "name and start again";
    }
    return std::nullopt;
}

}  // namespace tuner
