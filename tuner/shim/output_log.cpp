#include "tuner/shim/output_log.h"

#include <array>
#include <cerrno>
#include <string>
#include <unistd.h>

namespace tuner::shim {

namespace {

// Answers how many bytes were written; fewer when the disk is full.
std::size_t write_at(int fd, std::string_view bytes, std::int64_t offset) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::pwrite(
            fd, bytes.data() + done, bytes.size() - done, offset + static_cast<std::int64_t>(done)
        );
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            break;
        }
        done += static_cast<std::size_t>(written);
    }
    return done;
}

// Moves bytes towards the beginning of a file; answers how many before an error stopped it.
std::int64_t move_down(int fd, std::int64_t from, std::int64_t to, std::int64_t length) {
    static std::array<char, 64 * 1024> buffer;
    std::int64_t done = 0;
    while (done < length) {
        const auto step = static_cast<std::size_t>(
            std::min<std::int64_t>(static_cast<std::int64_t>(buffer.size()), length - done)
        );
        const ssize_t got = ::pread(fd, buffer.data(), step, from + done);
        if (got <= 0) {
            break;
        }
        const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
        if (write_at(fd, piece, to + done) != piece.size()) {
            break;
        }
        done += got;
    }
    return done;
}

}  // namespace

void OutputLog::write(std::string_view bytes) {
    if (size_ + static_cast<std::int64_t>(bytes.size()) > kMaxLogBytes) {
        cut_middle();
    }
    const std::size_t written = write_at(file_.get(), bytes, size_);
    size_ += static_cast<std::int64_t>(written);
    count_dropped(bytes.size() - written);
}

void OutputLog::cut_middle() {
    const std::int64_t newly_cut = size_ - kLogTailBytes - kLogHeadBytes - marker_bytes_;
    if (newly_cut <= 0) {
        return;
    }
    cut_ += newly_cut;
    dropped_ += newly_cut;
    const std::string marker =
        "\n[tuner: " + std::to_string(cut_) + " bytes of output were dropped here]\n";
    marker_bytes_ = static_cast<std::int64_t>(marker.size());
    write_at(file_.get(), marker, kLogHeadBytes);
    const std::int64_t tail_at = kLogHeadBytes + marker_bytes_;
    const std::int64_t moved =
        move_down(file_.get(), size_ - kLogTailBytes, tail_at, kLogTailBytes);
    count_dropped(static_cast<std::size_t>(kLogTailBytes - moved));
    size_ = tail_at + moved;
    if (::ftruncate(file_.get(), size_) != 0) {
        return;  // the rest of the old bytes is overwritten as the log grows again
    }
}

}  // namespace tuner::shim
