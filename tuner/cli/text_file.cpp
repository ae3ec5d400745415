#include "tuner/cli/text_file.h"

#include "tuner/base/owned_fd.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kReadBytes = 64 * 1'024;

}  // namespace

Result<std::string> read_text_file(const std::string& file, std::size_t bytes_max) {
    const bool is_stdin = file == "-";
    const OwnedFd opened(is_stdin ? -1 : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    const int fd = is_stdin ? STDIN_FILENO : opened.get();
    std::string text;
    std::string piece(kReadBytes, '\0');
    while (text.size() <= bytes_max) {
        const ssize_t count = fd < 0 ? -1 : ::read(fd, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return invalid(fmt::format("Unable to read file [{}]: {}", file, std::strerror(errno)));
        }
        if (count == 0) {
            return text;
        }
        text.append(piece, 0, static_cast<std::size_t>(count));
    }
    return invalid(fmt::format("File [{}] is longer than {} bytes.", file, bytes_max));
}

}  // namespace tuner
