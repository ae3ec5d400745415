#include "tuner/shim/output_stream.h"

#include "tuner/formats/attempt_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace tuner::shim {

namespace {

constexpr int kReadsPerTurn = 8;  // so that a flood on one pipe delays nothing else
constexpr int kReadsAtEnd = 64;   // more than a pipe can hold
constexpr std::string_view kCutMarker = " [tuner: line cut]";

std::array<char, 64 * 1024> read_buffer;

// Finds the ends of lines in one chunk, from its beginning on. By memchr and each byte once for
// either end: looking for both at once took ten times as long as everything else together.
class LineEnds {
  public:
    explicit LineEnds(std::string_view chunk) : chunk_(chunk) {}

    // The first \n or \r not before `at`, or the size of the chunk. `at` never goes back.
    std::size_t next(std::size_t at) {
        newline_ = newline_ < at || at == 0 ? find('\n', at) : newline_;
        carriage_ = carriage_ < at || at == 0 ? find('\r', at) : carriage_;
        return std::min(newline_, carriage_);
    }

  private:
    std::size_t find(char end, std::size_t at) const {
        return std::min(chunk_.find(end, at), chunk_.size());
    }

    std::string_view chunk_;
    std::size_t newline_ = 0;
    std::size_t carriage_ = 0;
};

}  // namespace

bool OutputStream::read(Duration now) {
    bool any = false;
    for (int i = 0; i < kReadsPerTurn && pipe_; ++i) {
        const ssize_t got = ::read(pipe_.get(), read_buffer.data(), read_buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            break;
        }
        if (got == 0) {
            pipe_.reset();
            break;
        }
        any = true;
        take({read_buffer.data(), static_cast<std::size_t>(got)}, now);
    }
    return any;
}

void OutputStream::finish(Duration now) {
    for (int i = 0; i < kReadsAtEnd && read(now); ++i) {
    }
    pipe_.reset();
    end_line(now);
}

void OutputStream::take(std::string_view chunk, Duration now) {
    std::size_t logged = 0;  // chunk[0, logged) is in the log or dropped
    std::size_t at = 0;
    LineEnds ends(chunk);
    while (at < chunk.size()) {
        const std::size_t end = ends.next(at);
        const std::size_t room = kMaxLineBytes - line_.size();
        const std::size_t kept = cut_ ? 0 : std::min(end - at, room);
        line_.append(chunk, at, kept);
        if (at + kept < end) {
            log_.write(chunk.substr(logged, at + kept - logged));
            log_.write(cut_ ? std::string_view() : kCutMarker);
            log_.count_dropped(end - at - kept);
            cut_ = true;
            logged = end;
        }
        if (end < chunk.size()) {
            end_line(now);
        }
        at = end + 1;
    }
    log_.write(chunk.substr(logged));
}

void OutputStream::end_line(Duration now) {
    if (!cut_ && is_worth_keeping(line_, metric_)) {
        metrics_.offer('o', line_, now);
    }
    line_.clear();
    cut_ = false;
}

}  // namespace tuner::shim
