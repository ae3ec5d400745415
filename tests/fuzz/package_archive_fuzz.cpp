// A package's archive is refused, or holds files that can be written as they are named: each below
// the folder that it is unpacked in, none in the way of another, together within the limits.
//
// The first byte says what the rest is: a zip file, a gzip file, a tar file, or a bare compressed
// stream. The checksums of a tar file's headers are mended, and it is wrapped as a gzip file, which
// mutation would never find.

#include "tests/fuzz/property.h"
#include "tuner/formats/archive_entries.h"
#include "tuner/formats/inflate.h"
#include "tuner/formats/package_archive.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include <fmt/format.h>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

constexpr std::size_t kBlock = 512;

// The size in a tar header, as its reader would have it; 0 when it is none.
std::size_t size_in(std::string_view header) {
    std::size_t size = 0;
    const std::size_t begin = std::min<std::size_t>(header.find_first_not_of(' ', 124), 136);
    std::from_chars(header.data() + begin, header.data() + 136, size, 8);
    return size;
}

std::string with_good_checksums(std::string tar) {
    std::size_t at = 0;
    while (at <= tar.size() && tar.size() - at >= kBlock) {
        tar.replace(at + 148, 8, 8, ' ');
        std::size_t sum = 0;
        for (std::size_t i = at; i < at + kBlock; ++i) {
            sum += static_cast<unsigned char>(tar[i]);
        }
        tar.replace(at + 148, 7, fmt::format("{:06o}", sum) + '\0');
        const std::size_t size = size_in(std::string_view(tar).substr(at, kBlock));
        at += kBlock + (std::min(size, tar.size()) + kBlock - 1) / kBlock * kBlock;
    }
    return tar;
}

std::string little_endian(std::size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return text;
}

// A gzip file of one stored block.
std::string gzip(const std::string& bytes) {
    std::string file("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
    file += little_endian(bytes.size(), 2) + little_endian(~bytes.size(), 2) + bytes;
    return file + little_endian(crc32_of(bytes), 4) + little_endian(bytes.size(), 4);
}

void check_path(const std::string& path) {
    holds(!path.empty() && path.front() != '/', "a path leads down");
    holds(("/" + path + "/").find("/../") == std::string::npos, "a path stays below its folder");
    holds(path.find('\0') == std::string::npos, "a path is one to the system too");
    holds(path.size() <= kMaxPackagePathBytes, "a path has so many bytes at most");
    const auto again = to_package_path(path);
    holds(again && *again == path, "a path is as simple as can be");
}

void check(std::string_view name, std::string_view bytes) {
    const auto files = read_package_archive(name, bytes);
    if (!files) {
        holds(files.error().code == ErrorCode::invalid_argument, "the archive is to blame");
        holds(!files.error().message.empty(), "and what is wrong is said");
        return;
    }
    holds(!files->empty() && files->size() <= kMaxPackageFiles, "so many files at most");
    std::size_t total = 0;
    std::set<std::string> taken;
    for (const PackageFile& file : *files) {
        check_path(file.path);
        holds(taken.insert(file.path).second, "each file has a path of its own");
        total += file.content.size();
    }
    holds(total <= kMaxPackageBytes, "so many bytes at most");
    for (const std::string& path : taken) {
        for (std::size_t end = path.find('/'); end != std::string::npos;
             end = path.find('/', end + 1)) {
            holds(!taken.contains(path.substr(0, end)), "no file is where a folder must be");
        }
    }
    holds(read_package_archive(name, bytes) == files, "it is read the same again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view rest = text_of(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0:
            check("a.whl", rest);
            break;
        case 1:
            check("a.tar.gz", rest);
            break;
        case 2:
            check("a.tgz", gzip(with_good_checksums(std::string(rest))));
            break;
        default:
            if (const auto content = inflate_raw(rest, 1'000)) {
                holds(content->size() <= 1'000, "so many bytes at most");
            }
    }
    return 0;
}
