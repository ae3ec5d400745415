// Whether a file system lies on another machine, or is shared with one: there SQLite's write-ahead
// log does not work, because it needs shared memory and locks that all who open the file see.
//
// Asked of statfs's f_type, so a local FUSE (encfs, mergerfs) cannot be told from sshfs, and FUSE
// is refused as a whole. Cluster file systems (Lustre, GPFS, BeeGFS, Ceph, OCFS2, GFS2) are refused
// too: some keep locks on one node only, and their shared memory is never one. Whoever knows better
// sets TUNER_FORCE_NETWORK_FS=1.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

namespace tuner {

// Its name ("NFS"), or nothing for a local one. Pure.
std::optional<std::string_view> network_file_system(std::uint64_t type);

// f_type of the file system of a folder; nothing when it cannot be asked. Tests have their own.
using FileSystemType = std::function<std::optional<std::uint64_t>(const std::filesystem::path&)>;
std::optional<std::uint64_t> file_system_type(const std::filesystem::path& folder);

// Throws StorageError when `folder` is on a network file system.
void refuse_network_file_system(
    const std::filesystem::path& folder, const FileSystemType& type_of = file_system_type
);

}  // namespace tuner
