#include "tuner/formats/archive_entries.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kBlock = 512;

// A field of a header block, up to its first NUL.
std::string_view field(std::string_view header, std::size_t offset, std::size_t size) {
    const std::string_view text = header.substr(offset, size);
    return text.substr(0, text.find('\0'));
}

std::optional<std::size_t> parse_octal(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    text = begin == std::string_view::npos ? "" : text.substr(begin);
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
    const bool whole = end == text.data() + text.size() || *end == ' ';
    return error == std::errc() && whole ? std::optional(value) : std::nullopt;
}

// The sum of all bytes of a header, its own field counted as blanks.
bool has_good_checksum(std::string_view header) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool is_sum = i >= 148 && i < 156;
        sum += is_sum ? std::size_t{' '} : static_cast<unsigned char>(header[i]);
    }
    return parse_octal(field(header, 148, 8)) == sum;
}

std::string name_of(std::string_view header) {
    const std::string name(field(header, 0, 100));
    const bool is_ustar = header.substr(257, 6) == std::string_view("ustar\0", 6);
    const std::string prefix(is_ustar ? field(header, 345, 155) : "");
    return prefix.empty() ? name : prefix + "/" + name;
}

// The path in a pax header, "LENGTH path=PATH\n" among other records; empty when it has none.
std::string pax_path(std::string_view records) {
    std::string path;
    while (!records.empty()) {
        std::size_t length = 0;
        const auto parsed =
            std::from_chars(records.data(), records.data() + records.size(), length);
        const auto digits = static_cast<std::size_t>(parsed.ptr - records.data());
        if (parsed.ec != std::errc() || length <= digits + 2 || length > records.size()) {
            break;
        }
        const std::string_view record = records.substr(digits + 1, length - digits - 2);
        if (record.starts_with("path=")) {
            path = record.substr(5);
        }
        records.remove_prefix(length);
    }
    return path;
}

}  // namespace

Result<std::vector<PackageFile>> read_tar(std::string_view bytes) {
    std::vector<PackageFile> files;
    std::string long_name;  // of the next entry
    while (bytes.size() >= kBlock && bytes[0] != '\0') {
        const std::string_view header = bytes.substr(0, kBlock);
        const auto size = parse_octal(field(header, 124, 12));
        if (!has_good_checksum(header) || !size || *size > bytes.size() - kBlock) {
            return invalid("its tar data is damaged or cut");
        }
        const std::string_view content = bytes.substr(kBlock, *size);
        bytes.remove_prefix(std::min(bytes.size(), kBlock + (*size + kBlock - 1) / kBlock * kBlock)
        );
        const char type = header[156];
        if (type == 'L') {
            long_name = content.substr(0, content.find('\0'));
            continue;
        }
        if (type == 'x') {
            long_name = pax_path(content);
            continue;
        }
        const std::string name = long_name.empty() ? name_of(header) : long_name;
        long_name.clear();
        if (type == '5' || type == 'g' || name.ends_with('/')) {  // old archives: a folder's name
            continue;
        }
        if (type != '0' && type != '\0') {
            return invalid(
                fmt::format("{} in it is no regular file; links and devices are not taken", name)
            );
        }
        Result<std::string> path = to_package_path(name);
        if (!path) {
            return tl::unexpected(path.error());
        }
        files.push_back({std::move(*path), std::string(content)});
    }
    return files;
}

}  // namespace tuner
