#include "tuner/executor/python_packages.h"

#include "tuner/executor/package_store.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fmt/format.h>

namespace tuner {

namespace fs = std::filesystem;

namespace {

bool is_opaque(const std::string& uri) {
    return uri.find("://") != std::string::npos;
}

bool is_package(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / "__init__.py", ignored);
}

bool has_project(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / "setup.py", ignored) ||
           fs::is_regular_file(folder / "pyproject.toml", ignored);
}

// What Python and version control make, and nobody means to ship.
bool is_left_out(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == "__pycache__" || name.starts_with('.') || path.extension() == ".pyc";
}

Result<std::string> read_whole(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (!error && size > kMaxPackageBytes) {
        return invalid(fmt::format(
            "{} has {} bytes; the packages of a study have at most {}",
            path.string(),
            size,
            kMaxPackageBytes
        ));
    }
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream) {
        return invalid(fmt::format("cannot read {}", path.string()));
    }
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

// A folder's entries in an order that is the same every time.
Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        entries.push_back(it->path());
    }
    if (error) {
        return invalid(
            fmt::format("cannot read the folder {}: {}", folder.string(), error.message())
        );
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

// A source distribution has all below one folder, a wheel and a plain archive have not.
std::string common_folder(const std::vector<PackageFile>& files) {
    const std::string first = files.front().path.substr(0, files.front().path.find('/') + 1);
    const bool is_common = std::all_of(files.begin(), files.end(), [&](const PackageFile& file) {
        return !first.empty() && file.path.starts_with(first);
    });
    const bool is_package = std::any_of(files.begin(), files.end(), [&](const PackageFile& file) {
        return file.path == first + "__init__.py";
    });
    return is_common && !is_package ? first : "";
}

}  // namespace

Result<PythonPackages> PythonPackages::read(
    const std::vector<std::string>& uris, const fs::path& working_dir
) {
    PythonPackages packages;
    std::vector<fs::path> paths;
    std::set<std::string> names;
    for (const std::string& uri : uris) {
        if (is_opaque(uri)) {
            packages.opaque_.push_back(uri);
            continue;
        }
        const fs::path path = (working_dir / uri).lexically_normal();
        paths.push_back(path.has_filename() ? path : path.parent_path());  // DIR/ is DIR
        const std::string name = paths.back().filename().string();
        if (!names.insert(name).second) {
            return invalid(
                fmt::format("Cannot upload multiple packages with the same filename: [{}]", name)
            );
        }
    }
    for (const fs::path& path : paths) {
        packages.roots_.push_back(fmt::format("{}", packages.roots_.size()));
        const bool is_archive = is_package_archive(path.filename().string());
        Result<void> added = is_archive ? packages.add_archive(path) : packages.add_folder(path);
        if (!added) {
            return tl::unexpected(added.error());
        }
    }
    packages.name_it();
    return packages;
}

Result<void> PythonPackages::add_folder(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
        return invalid(
            fmt::format("Source directory [{}] is not a valid directory.", folder.string())
        );
    }
    if (!is_package(folder)) {
        return invalid(fmt::format(
            "[{}] is not a valid Python package because it does not contain an `__init__.py` "
            "file. Please create one and try again.",
            folder.string()
        ));
    }
    const std::string root = roots_.back();
    const fs::path parent = folder.parent_path();
    if (!has_project(parent)) {
        return add_tree(folder, root + "/" + folder.filename().string());
    }
    const auto siblings = entries_of(parent);
    if (!siblings) {
        return tl::unexpected(siblings.error());
    }
    for (const fs::path& sibling : *siblings) {
        const std::string name = sibling.filename().string();
        Result<void> added;
        if (is_left_out(sibling)) {
            continue;
        }
        if (is_package(sibling)) {
            added = add_tree(sibling, root + "/" + name);
        } else if (sibling.extension() == ".py" && name != "setup.py") {
            added = add_file(sibling, root + "/" + name);
        }
        if (!added) {
            return added;
        }
    }
    return {};
}

Result<void> PythonPackages::add_tree(const fs::path& folder, const std::string& below) {
    const auto entries = entries_of(folder);
    if (!entries) {
        return tl::unexpected(entries.error());
    }
    for (const fs::path& entry : *entries) {
        if (is_left_out(entry)) {
            continue;
        }
        const std::string path = below + "/" + entry.filename().string();
        std::error_code ignored;
        const bool is_folder = fs::is_directory(fs::symlink_status(entry, ignored));
        Result<void> added = is_folder ? add_tree(entry, path) : add_file(entry, path);
        if (!added) {
            return added;
        }
    }
    return {};
}

Result<void> PythonPackages::add_file(const fs::path& file, std::string path) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
        return invalid(fmt::format(
            "{} cannot be staged: a package has files and folders, and links to files only",
            file.string()
        ));
    }
    return read_whole(file).and_then([&](std::string content) {
        return add({std::move(path), std::move(content)});
    });
}

Result<void> PythonPackages::add_archive(const fs::path& file) {
    const std::string root = roots_.back();
    Result<std::string> bytes = read_whole(file);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    const auto files = read_package_archive(file.filename().string(), *bytes);
    if (!files) {
        return invalid(
            fmt::format("{} cannot be unpacked: {}", file.string(), files.error().message)
        );
    }
    const std::string common = common_folder(*files);
    bool has_src = false;
    for (const PackageFile& entry : *files) {
        const std::string path = entry.path.substr(common.size());
        has_src = has_src || path.starts_with("src/");
        if (auto added = add({root + "/" + path, entry.content}); !added) {
            return added;
        }
    }
    if (has_src) {
        roots_.push_back(root + "/src");
    }
    return {};
}

Result<void> PythonPackages::add(PackageFile file) {
    bytes_ += file.content.size();
    if (bytes_ > kMaxPackageBytes || files_.size() >= kMaxPackageFiles) {
        return invalid(fmt::format(
            "the packages of a study have at most {} files with {} bytes; leave data out of "
            "them",
            kMaxPackageFiles,
            kMaxPackageBytes
        ));
    }
    files_.push_back(std::move(file));
    return {};
}

// SHA-1 over lengths, paths and contents, so that no two different sets run together.
void PythonPackages::name_it() {
    std::string all;
    all.reserve(bytes_ + files_.size() * 64);
    for (const PackageFile& file : files_) {
        all += fmt::format("{} {}\n{}\n", file.path.size(), file.content.size(), file.path);
        all += file.content;
    }
    const boost::uuids::name_generator_sha1 generator(boost::uuids::ns::oid());
    id_ = boost::uuids::to_string(generator(all));
}

std::vector<std::string> PythonPackages::paths_in(const fs::path& store) const {
    std::vector<std::string> paths;
    for (const std::string& root : roots_) {
        paths.push_back((store / id_ / root).string());
    }
    return paths;
}

Result<void> PythonPackages::stage(const fs::path& store) const {
    return empty() ? Result<void>() : store_package_files(store, id_, files_);
}

fs::path module_runner(const std::vector<std::string>& staged_paths) {
    return fs::path(staged_paths.front()).parent_path() / kModuleRunner;
}

}  // namespace tuner
