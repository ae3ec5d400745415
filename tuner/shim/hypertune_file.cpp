#include "tuner/shim/hypertune_file.h"

#include "tuner/base/owned_fd.h"
#include "tuner/base/random.h"
#include "tuner/formats/attempt_files.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace tuner::shim {

namespace {

constexpr int kReadings = 5;

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// The end of the file, from the beginning of a line; empty when there is none.
std::string read_end(int dir_fd) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    const OwnedFd file(::openat(dir_fd, kHypertuneFile, kFlags));

    struct stat status {};

    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {};
    }
    const auto most = static_cast<off_t>(kMaxHypertuneBytes);
    const off_t start = std::max<off_t>(0, status.st_size - most);
    std::string text(static_cast<std::size_t>(status.st_size - start), '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), start);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    if (start > 0) {
        text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    }
    return text;
}

}  // namespace

bool HypertuneFile::look(Duration now) {
    if (!has_changed()) {
        return false;
    }
    const std::optional<std::string> text = read_settled();
    look_again_ = look_again_ || !text;
    return text && take(*text, false, now);
}

void HypertuneFile::finish(Duration now) {
    take(read_end(dir_fd_), true, now);
}

bool HypertuneFile::has_changed() {
    struct stat status {};

    if (::fstatat(dir_fd_, kHypertuneFile, &status, 0) != 0) {
        return false;
    }
    const bool changed = !is_same(status, last_);
    const bool wanted = changed || look_again_;
    last_ = status;
    look_again_ = changed;
    return wanted;
}

std::optional<std::string> HypertuneFile::read_settled() const {
    std::string before = read_end(dir_fd_);
    for (int i = 0; i < kReadings; ++i) {
        std::string text = read_end(dir_fd_);
        if (text == before) {
            return text;
        }
        before = std::move(text);
    }
    return std::nullopt;
}

bool HypertuneFile::take(std::string_view text, bool is_last, Duration now) {
    std::vector<std::uint64_t> present;
    bool any = false;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos && !is_last) {
            break;
        }
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::uint64_t hash = stable_hash(line);
        if (line.size() <= kMaxLineBytes && !line.empty() &&
            !std::binary_search(seen_.begin(), seen_.end(), hash)) {
            metrics_.offer('h', line, now);
            any = true;
        }
        present.push_back(hash);
    }
    const bool is_whole = present.size() >= lines_;
    lines_ = std::max(lines_, present.size());
    if (!is_whole) {  // perhaps caught in the middle of a rewriting
        present.insert(present.end(), seen_.begin(), seen_.end());
    }
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
    seen_ = std::move(present);
    return any;
}

}  // namespace tuner::shim
