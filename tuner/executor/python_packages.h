// PythonPackages are the packages that a study's pythonModule needs, read whole: what is staged of
// them is what every trial of the study runs, whatever happens to the sources afterwards.
//
// A package is the folder of one (with its __init__.py), or a built archive
// (formats/package_archive.h). With a folder whose parent has a setup.py or a pyproject.toml come
// the other packages and modules of that parent. What has a scheme, like gs://…, is opaque: it
// stands in opaque(), and is not fetched.
//
// The staged copy lies in STORE/ID, where ID follows from names and contents: equal packages are
// staged once, and a copy that is there is whole. Reads and writes files, for as long as that
// takes: worker threads.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/package_archive.h"

#include <filesystem>
#include <string>
#include <vector>

namespace tuner {

class PythonPackages {
  public:
    // `uris` as a study file has them, relative to `working_dir`. `invalid_argument` names what is
    // no package, stands there twice, or is too large.
    static Result<PythonPackages> read(
        const std::vector<std::string>& uris, const std::filesystem::path& working_dir
    );

    // Whether there is nothing to stage.
    bool empty() const { return files_.empty(); }

    // Those that are not read.
    const std::vector<std::string>& opaque() const { return opaque_; }

    // The folders of the staged copy that belong on PYTHONPATH, in the order of the packages.
    std::vector<std::string> paths_in(const std::filesystem::path& store) const;

    // Writes the copy, unless it is there, and has it on the disk; `no_space`, `unavailable`.
    Result<void> stage(const std::filesystem::path& store) const;

  private:
    PythonPackages() = default;

    Result<void> add_folder(const std::filesystem::path& folder);
    Result<void> add_archive(const std::filesystem::path& file);
    Result<void> add_tree(const std::filesystem::path& folder, const std::string& below);
    Result<void> add_file(const std::filesystem::path& file, std::string path);
    Result<void> add(PackageFile file);
    void name_it();

    std::vector<PackageFile> files_;  // paths begin with one of roots_
    std::vector<std::string> roots_;  // folders for PYTHONPATH, relative to the copy
    std::vector<std::string> opaque_;
    std::size_t bytes_ = 0;
    std::string id_;
};

// The program in a staged copy that runs a module of it: `python3 RUNNER trainer.task …`. With
// `python3 -m` the working folder, where the sources may lie, would come before the copy.
std::filesystem::path module_runner(const std::vector<std::string>& staged_paths);

}  // namespace tuner
