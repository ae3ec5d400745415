// The store of staged packages: one folder for each set of files, which never changes once it is
// there. Worker threads.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/package_archive.h"

#include <filesystem>
#include <string>
#include <vector>

namespace tuner {

inline constexpr const char* kModuleRunner = "run_module.py";

// Makes STORE/id with `files` and the module runner in it, or leaves what is there. Written beside
// it first and renamed when all is on the disk: a copy that is there is whole. `no_space`,
// `unavailable`.
Result<void> store_package_files(
    const std::filesystem::path& store, const std::string& id, const std::vector<PackageFile>& files
);

}  // namespace tuner
