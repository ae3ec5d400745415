// The store of staged packages: one folder for each set of files, which never changes once it is
// there, until no study names it any more. Worker threads.

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

// Removes what nobody can use: copies that a kill left half made or half removed, and those that
// none of `used` lies in (the staged_paths of all studies, those of live attempts among them, since
// a study with attempts is not deleted). Nobody may stage meanwhile: for a daemon that starts. What
// is no copy of ours is left; what cannot be removed is logged, and stays until the next start.
void sweep_package_store(const std::filesystem::path& store, const std::vector<std::string>& used);

}  // namespace tuner
