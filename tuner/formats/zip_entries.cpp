#include "tuner/formats/archive_entries.h"
#include "tuner/formats/inflate.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::string_view kEndMark("PK\5\6", 4);
constexpr std::string_view kEntryMark("PK\1\2", 4);
constexpr std::string_view kFileMark("PK\3\4", 4);
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kFileSize = 30;
constexpr std::size_t kMaxComment = 65'535;
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kDeflated = 8;
constexpr std::uint32_t kEncrypted = 1;

tl::unexpected<Error> damaged() {
    return invalid("its zip data is damaged or cut");
}

// A little-endian number; the caller has checked that it is there.
std::uint32_t number(std::string_view bytes, std::size_t offset, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
    }
    return value;
}

// One entry of the directory at the end of a zip file.
struct ZipEntry {
    std::string_view name;
    std::uint32_t flags = 0;
    std::uint32_t method = 0;
    std::uint32_t crc = 0;
    std::size_t packed = 0;
    std::size_t size = 0;
    std::size_t offset = 0;
};

Result<std::string> read_content(std::string_view bytes, const ZipEntry& entry) {
    if (entry.offset > bytes.size() || bytes.size() - entry.offset < kFileSize ||
        bytes.substr(entry.offset, 4) != kFileMark) {
        return damaged();
    }
    const std::size_t begin = entry.offset + kFileSize + number(bytes, entry.offset + 26, 2) +
                              number(bytes, entry.offset + 28, 2);
    if (begin > bytes.size() || bytes.size() - begin < entry.packed) {
        return damaged();
    }
    const std::string_view packed = bytes.substr(begin, entry.packed);
    Result<std::string> content =
        entry.method == kStored ? Result<std::string>(packed) : inflate_raw(packed, entry.size);
    if (content && (content->size() != entry.size || crc32_of(*content) != entry.crc)) {
        return damaged();
    }
    return content;
}

Result<ZipEntry> read_entry(std::string_view directory) {
    if (directory.size() < kEntrySize || directory.substr(0, 4) != kEntryMark) {
        return damaged();
    }
    ZipEntry entry;
    entry.flags = number(directory, 8, 2);
    entry.method = number(directory, 10, 2);
    entry.crc = number(directory, 16, 4);
    entry.packed = number(directory, 20, 4);
    entry.size = number(directory, 24, 4);
    entry.offset = number(directory, 42, 4);
    const std::size_t name = number(directory, 28, 2);
    if (directory.size() - kEntrySize < name) {
        return damaged();
    }
    entry.name = directory.substr(kEntrySize, name);
    if ((entry.flags & kEncrypted) != 0 || (entry.method != kStored && entry.method != kDeflated)) {
        return invalid(
            fmt::format("{} in it is encrypted or packed in a way that is not known", entry.name)
        );
    }
    return entry;
}

// Behind everything else, before a comment of any length.
std::size_t find_end(std::string_view bytes) {
    if (bytes.size() < kEndSize) {
        return std::string_view::npos;
    }
    const std::size_t last = bytes.size() - kEndSize;
    const std::size_t found = bytes.rfind(kEndMark, last);
    return found != std::string_view::npos && last - found > kMaxComment ? std::string_view::npos
                                                                         : found;
}

}  // namespace

Result<std::vector<PackageFile>> read_zip(std::string_view bytes) {
    const std::size_t end = find_end(bytes);
    if (end == std::string_view::npos) {
        return damaged();
    }
    const std::size_t count = number(bytes, end + 10, 2);
    const std::size_t offset = number(bytes, end + 16, 4);
    if (offset > end) {
        return damaged();  // also of a zip64 file, whose offset stands elsewhere
    }
    std::string_view directory = bytes.substr(offset, end - offset);
    std::vector<PackageFile> files;
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Result<ZipEntry> entry = read_entry(directory);
        if (!entry) {
            return tl::unexpected(entry.error());
        }
        const std::size_t length =
            kEntrySize + entry->name.size() + number(directory, 30, 2) + number(directory, 32, 2);
        directory.remove_prefix(std::min(directory.size(), length));
        if (entry->name.ends_with('/')) {
            continue;
        }
        total += entry->size;
        if (total > kMaxPackageBytes) {
            return invalid(fmt::format("it holds more than {} bytes", kMaxPackageBytes));
        }
        Result<std::string> path = to_package_path(entry->name);
        Result<std::string> content = path ? read_content(bytes, *entry) : path;
        if (!content) {
            return tl::unexpected(content.error());
        }
        files.push_back({std::move(*path), std::move(*content)});
    }
    return files;
}

}  // namespace tuner
