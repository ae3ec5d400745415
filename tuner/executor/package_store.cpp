#include "tuner/executor/package_store.h"

#include "tuner/base/log.h"
#include "tuner/base/owned_fd.h"
#include "tuner/executor/shortage.h"
#include "tuner/formats/durable_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace fs = std::filesystem;

namespace {

// What `python3 -m` does, from the folder of the staged packages instead of the working folder.
constexpr std::string_view kRunnerText =
    R"("""Runs a module of the staged packages: run_module.py MODULE [ARGUMENT ...]"""

import os
import runpy
import sys

if sys.path and os.path.abspath(sys.path[0]) == os.path.dirname(os.path.abspath(__file__)):
    del sys.path[0]
module = sys.argv.pop(1)
runpy.run_module(module, run_name="__main__", alter_sys=True)
)";

tl::unexpected<Error> failed(const fs::path& path, int error) {
    return fail(
        code_of(error), fmt::format("cannot stage {}: {}", path.string(), std::strerror(error))
    );
}

// A folder open for what is made in it.
Result<OwnedFd> open_folder(const fs::path& folder) {
    OwnedFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return failed(folder, errno);
    }
    return fd;
}

Result<void> write_file(const fs::path& root, const PackageFile& file) {
    const fs::path path = root / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
        return failed(path, error.value());
    }
    Result<OwnedFd> folder = open_folder(path.parent_path());
    if (!folder) {
        return tl::unexpected(folder.error());
    }
    return write_new(folder->get(), path.filename().string(), file.content);
}

Result<void> write_all(const fs::path& root, const std::vector<PackageFile>& files) {
    for (const PackageFile& file : files) {
        if (Result<void> written = write_file(root, file); !written) {
            return written;
        }
    }
    return write_file(root, {kModuleRunner, std::string(kRunnerText)});
}

// Everything of the file system that `folder` is on: one call for thousands of small files.
Result<void> sync(const fs::path& folder) {
    Result<OwnedFd> open = open_folder(folder);
    if (!open) {
        return tl::unexpected(open.error());
    }
    return ::syncfs(open->get()) == 0 ? Result<void>() : failed(folder, errno);
}

// The new name in the store.
Result<void> sync_name(const fs::path& store) {
    Result<OwnedFd> open = open_folder(store);
    if (!open) {
        return tl::unexpected(open.error());
    }
    return ::fsync(open->get()) == 0 ? Result<void>() : failed(store, errno);
}

constexpr std::size_t kIdSize = 36;  // of a UUID's text
constexpr std::string_view kGoing = ".going";

// Whether an entry of that name is a copy of ours (ID), or one half made or half removed (ID.…).
bool is_ours(std::string_view name) {
    return name.size() >= kIdSize &&
           name.substr(0, kIdSize).find_first_not_of("0123456789abcdef-") ==
               std::string_view::npos &&
           (name.size() == kIdSize || name[kIdSize] == '.');
}

// By name and not by path: a data directory that was moved has other paths than are on record.
std::set<std::string> names_in(const std::vector<std::string>& paths) {
    std::set<std::string> names;
    for (const std::string& path : paths) {
        for (const fs::path& part : fs::path(path)) {
            names.insert(part.string());
        }
    }
    return names;
}

std::vector<std::string> unused_in(const fs::path& store, const std::set<std::string>& used) {
    std::vector<std::string> unused;
    std::error_code error;
    for (fs::directory_iterator it(store, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (is_ours(name) && !used.contains(name)) {
            unused.push_back(name);
        }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        log::warning("packages_not_swept", fmt::format("{}: {}", store.string(), error.message()));
    }
    return unused;
}

void remove_copy(const fs::path& copy) {
    std::error_code error;
    fs::remove_all(copy, error);
    if (error) {
        log::warning("package_not_removed", fmt::format("{}: {}", copy.string(), error.message()));
    }
}

}  // namespace

Result<void> store_package_files(
    const fs::path& store, const std::string& id, const std::vector<PackageFile>& files
) {
    const fs::path place = store / id;
    std::error_code error;
    if (fs::is_directory(place, error)) {
        return {};
    }
    fs::create_directories(store, error);
    fs::permissions(store, fs::perms::owner_all, error);
    // A name of its own: two daemons of one process table never write the same.
    std::string draft = (store / (id + ".XXXXXX")).string();
    if (::mkdtemp(draft.data()) == nullptr) {
        return failed(store, errno);
    }
    Result<void> done = write_all(draft, files).and_then([&] { return sync(draft); });
    if (done && ::rename(draft.c_str(), place.c_str()) != 0 && errno != EEXIST &&
        errno != ENOTEMPTY) {
        done = failed(place, errno);
    }
    if (done) {
        done = sync_name(store);
    }
    fs::remove_all(draft, error);  // a failed one, or one that another was quicker with
    return done;
}

void sweep_package_store(const fs::path& store, const std::vector<std::string>& used) {
    const std::vector<std::string> unused = unused_in(store, names_in(used));
    for (const std::string& name : unused) {
        if (name.size() != kIdSize) {
            remove_copy(store / name);
        }
    }
    // A copy under its own name is whole, whatever happens to us or to the power: so each loses
    // that name, for good, before the first of its files goes.
    std::vector<fs::path> going;
    for (const std::string& name : unused) {
        const fs::path renamed = store / (name + std::string(kGoing));
        if (name.size() == kIdSize && ::rename((store / name).c_str(), renamed.c_str()) == 0) {
            going.push_back(renamed);
        }
    }
    if (going.empty() || !sync_name(store)) {
        return;  // those that lost their names are removed by the next start
    }
    for (const fs::path& copy : going) {
        remove_copy(copy);
    }
}

}  // namespace tuner
