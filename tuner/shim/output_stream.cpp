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
    while (at < chunk.size()) {
        const std::size_t end = std::min(chunk.find_first_of("\n\r", at), chunk.size());
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
