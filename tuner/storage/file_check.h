// A FileCheck remembers which file a database was opened as, and finds out whether the name still
// stands for it: what is written into a file that was moved, replaced or removed is lost, and
// through a second hard link another program would use the file with a log of its own.
//
// Only stat() is used. Opening and closing a database beside SQLite drops SQLite's locks on it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tuner {

class FileCheck {
  public:
    // Of nothing: never finds anything.
    FileCheck() = default;

    // Of a file that exists. Throws StorageError when it is not a regular file, has several names,
    // or is open to others than its owner.
    static FileCheck of(const std::filesystem::path& file);

    // What has happened to the file since; nothing while it is as it was.
    std::optional<std::string> what_happened() const;

  private:
    std::filesystem::path file_;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

}  // namespace tuner
