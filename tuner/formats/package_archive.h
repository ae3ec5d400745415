// A built Python package as users upload it: a source distribution (.tar.gz, .tgz, .zip) or a
// wheel (.whl), unpacked to files in memory. Pure.
//
// Only pure Python can be run from where it is unpacked: compiled parts are refused. So are links,
// paths that leave the archive, cannot be names here or stand there twice, and archives past the
// limits; nothing of a refused one is used.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// Of all packages of a study together, unpacked.
inline constexpr std::size_t kMaxPackageBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxPackageFiles = 10'000;

// What Linux file systems take as the name of a file or folder, and what the path of one may have
// below the folder that it is unpacked in.
inline constexpr std::size_t kMaxPackageNameBytes = 255;
inline constexpr std::size_t kMaxPackagePathBytes = 2'048;

struct PackageFile {
    std::string path;  // relative, with slashes, without "." and ".."
    std::string content;

    friend bool operator==(const PackageFile&, const PackageFile&) = default;
};

// Whether a file of that name is one of the archives above.
bool is_package_archive(std::string_view name);

// The files of an archive; `invalid_argument` says what is wrong with it, without its name.
Result<std::vector<PackageFile>> read_package_archive(
    std::string_view name, std::string_view bytes
);

}  // namespace tuner
