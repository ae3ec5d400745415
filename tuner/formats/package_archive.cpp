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

Result<void> check(const std::vector<PackageFile>& files) {
    if (files.empty()) {
        return fail(ErrorCode::invalid_argument, "it holds no files");
    }
    if (files.size() > kMaxPackageFiles) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("it holds {} files; at most {}", files.size(), kMaxPackageFiles)
        );
    }
    for (const PackageFile& file : files) {
        if (ends_with_any(file.path, kCompiled)) {
            return fail(
                ErrorCode::invalid_argument,
                fmt::format(
                    "{} in it is compiled, and only pure Python is run from an archive: install "
                    "it on this machine",
                    file.path
                )
            );
        }
    }
    return {};
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
        return fail(
            ErrorCode::invalid_argument, fmt::format("{} in it leads out of the archive", whole)
        );
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
