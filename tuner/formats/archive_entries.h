// The two containers that packages come in, tar and zip, entry by entry. Pure; nothing in them is
// trusted: every length is checked against what is there.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/package_archive.h"

#include <string_view>
#include <vector>

namespace tuner {

// The regular files of an unpacked tar file (ustar, with the long names of GNU and pax).
Result<std::vector<PackageFile>> read_tar(std::string_view bytes);

// The regular files of a zip file: stored or deflated ones; not encrypted, not zip64.
Result<std::vector<PackageFile>> read_zip(std::string_view bytes);

// `path` as a PackageFile has it; `invalid_argument` for one that leads elsewhere.
Result<std::string> to_package_path(std::string_view path);

}  // namespace tuner
