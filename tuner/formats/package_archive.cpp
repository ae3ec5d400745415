#include "tuner/formats/package_archive.h"

#include "tuner/formats/archive_entries.h"
#include "tuner/formats/inflate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::array<std::string_view, 2> kTarNames{".tar.gz", ".tgz"};
constexpr std::array<std::string_view, 2> kZipNames{".whl", ".zip"};
constexpr std::array<std::string_view, 4> kCompiled{".so", ".pyd", ".dll", ".dylib"};

template <std::size_t N>
bool ends_with_any(std::string_view text, const std::array<std::string_view, N>& ends) {
    return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
        return text.size() > end.size() && text.ends_with(end);
    });
}

Result<std::vector<PackageFile>> read_entries(std::string_view name, std::string_view bytes) {
    if (ends_with_any(name, kZipNames)) {
        return read_zip(bytes);
    }
    return inflate_gzip(bytes, kMaxPackageBytes).and_then([](const std::string& tar) {
        return read_tar(tar);
    });
}

// Whether `path` lies in a folder of the name `file`.
bool is_below(std::string_view path, std::string_view file) {
    return path.size() > file.size() && path.starts_with(file) && path[file.size()] == '/';
}

// In the order of paths in which what lies below a folder comes next to it: '/' before all else.
bool comes_before(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return static_cast<unsigned char>(x == '/' ? '\0' : x) <
               static_cast<unsigned char>(y == '/' ? '\0' : y);
    });
}

// Every path can be that of a file of its own.
Result<void> check_paths(const std::vector<PackageFile>& files) {
    std::vector<std::string_view> paths;
    for (const PackageFile& file : files) {
        paths.emplace_back(file.path);
    }
    std::sort(paths.begin(), paths.end(), comes_before);
    for (std::size_t i = 1; i < paths.size(); ++i) {
        if (paths[i] == paths[i - 1]) {
            return invalid(fmt::format("it holds {} twice", paths[i]));
        }
        if (is_below(paths[i], paths[i - 1])) {
            return invalid(fmt::format("{} in it is a file and a folder", paths[i - 1]));
        }
    }
    return {};
}

Result<void> check(const std::vector<PackageFile>& files) {
    if (files.empty()) {
        return invalid("it holds no files");
    }
    if (files.size() > kMaxPackageFiles) {
        return invalid(fmt::format("it holds {} files; at most {}", files.size(), kMaxPackageFiles)
        );
    }
    for (const PackageFile& file : files) {
        if (ends_with_any(file.path, kCompiled)) {
            return invalid(fmt::format(
                "{} in it is compiled, and only pure Python is run from an archive: install "
                "it on this machine",
                file.path
            ));
        }
    }
    return check_paths(files);
}

// Whether a file system here can have it, below the folder it is unpacked in.
bool fits(std::string_view path) {
    if (path.size() > kMaxPackagePathBytes) {
        return false;
    }
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        if (part.size() > kMaxPackageNameBytes) {
            return false;
        }
        path.remove_prefix(std::min(path.size(), part.size() + 1));
    }
    return true;
}

}  // namespace

bool is_package_archive(std::string_view name) {
    return ends_with_any(name, kTarNames) || ends_with_any(name, kZipNames);
}

Result<std::string> to_package_path(std::string_view path) {
    std::string clean;
    const std::string_view whole = path;
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == "..") {
            clean.clear();
            break;
        }
        clean += clean.empty() ? "" : "/";
        clean += part;
    }
    if (clean.empty() || whole.front() == '/' || whole.find('\0') != std::string_view::npos) {
        return invalid(fmt::format("{} in it leads out of the archive", whole));
    }
    if (!fits(clean)) {
        return invalid(fmt::format(
            "a path in it has {} bytes: at most {}, and {} between two slashes",
            clean.size(),
            kMaxPackagePathBytes,
            kMaxPackageNameBytes
        ));
    }
    return clean;
}

Result<std::vector<PackageFile>> read_package_archive(
    std::string_view name, std::string_view bytes
) {
    Result<std::vector<PackageFile>> files = read_entries(name, bytes);
    if (files) {
        if (Result<void> good = check(*files); !good) {
            return tl::unexpected(good.error());
        }
    }
    return files;
}

}  // namespace tuner
