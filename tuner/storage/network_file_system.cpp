#include "tuner/storage/network_file_system.h"

#include "tuner/storage/storage_error.h"

#include <array>
#include <sys/vfs.h>

#include <fmt/format.h>

namespace tuner {

namespace {

struct Known {
    std::uint32_t type;
    std::string_view name;
};

// From linux/magic.h and the file systems' own sources; statfs(2) lists most of them.
constexpr std::array kNetworked{
    Known{0x00006969, "NFS"},        Known{0x0000517b, "SMB"},        Known{0xff534d42, "CIFS"},
    Known{0xfe534d42, "SMB2"},       Known{0x65735546, "FUSE"},       Known{0x01021997, "9p"},
    Known{0x5346414f, "AFS"},        Known{0x6b414653, "AFS"},        Known{0x73757245, "Coda"},
    Known{0x0000564c, "NCP"},        Known{0x00c36400, "Ceph"},       Known{0x0bd00bd0, "Lustre"},
    Known{0x47504653, "GPFS"},       Known{0x19830326, "BeeGFS"},     Known{0xaad7aaea, "PanFS"},
    Known{0x20030528, "OrangeFS"},   Known{0x7461636f, "OCFS2"},      Known{0x01161970, "GFS2"},
    Known{0x786f4256, "VirtualBox"}, Known{0xbacbacbc, "VMware hgfs"}};

}  // namespace

std::optional<std::string_view> network_file_system(std::uint64_t type) {
    // Some kernels hand f_type out with its sign extended.
    const auto magic = static_cast<std::uint32_t>(type);
    for (const Known& known : kNetworked) {
        if (known.type == magic) {
            return known.name;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> file_system_type(const std::filesystem::path& folder) {
    struct statfs status {};

    if (::statfs(folder.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(status.f_type);
}

void refuse_network_file_system(
    const std::filesystem::path& folder, const FileSystemType& type_of
) {
    const std::optional<std::uint64_t> type = type_of(folder);
    const auto name = type ? network_file_system(*type) : std::nullopt;
    if (!name) {
        return;  // local, or what opening the database will complain about
    }
    throw StorageError(fmt::format(
        "{} is on a network file system ({}), where the database could be damaged: use a data "
        "directory on a local disk (--data-dir, TUNER_DATA_DIR); if you know that this one is used "
        "by one machine only and has working locks, set TUNER_FORCE_NETWORK_FS=1",
        folder.string(),
        *name
    ));
}

}  // namespace tuner
