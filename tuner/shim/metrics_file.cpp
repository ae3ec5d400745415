#include "tuner/shim/metrics_file.h"

#include "tuner/base/failpoint.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace tuner::shim {

void MetricsFile::offer(char source, std::string_view line, Duration now) {
    const std::size_t length = line.size() + 3;
    const bool fits =
        waiting_.size() + length <= kMaxWaitingMetricBytes &&
        bytes_ + static_cast<std::int64_t>(waiting_.size() + length) <= kMaxMetricsBytes;
    if (!take_token(now) || !fits) {
        ++lines_dropped_;
        last_dropped_[source] = line;
        return;
    }
    last_dropped_.erase(source);
    append(source, line);
}

void MetricsFile::flush(Duration now) {
    write_waiting();
    if (unsynced_ && now - synced_ >= kMetricsSyncInterval) {
        ::fdatasync(file_.get());
        synced_ = now;
        unsynced_ = false;
    }
}

void MetricsFile::finish() {
    for (const auto& [source, last] : last_dropped_) {
        --lines_dropped_;
        append(source, last);
    }
    last_dropped_.clear();
    write_waiting();
    cut_ = !waiting_.empty();
    lines_dropped_ += std::count(waiting_.begin(), waiting_.end(), '\n');
    waiting_.clear();
    ::fdatasync(file_.get());
}

bool MetricsFile::take_token(Duration now) {
    const bool is_late = lines_kept_ >= kFastMetricLines;
    const std::int64_t rate = is_late ? kLateMetricLinesPerSecond : kMetricLinesPerSecond;
    const std::int64_t most = is_late ? kLateMetricLinesPerSecond : kMetricLinesBurst;
    tokens_ = std::min(tokens_ + (now - refilled_).count() * rate, most * 1'000);
    refilled_ = now;
    if (tokens_ < 1'000) {
        return false;
    }
    tokens_ -= 1'000;
    return true;
}

void MetricsFile::append(char source, std::string_view line) {
    ++lines_kept_;
    waiting_ += source;
    waiting_ += ' ';
    waiting_ += line;
    waiting_ += '\n';
    if (waiting_.size() > kMaxWaitingMetricBytes / 4) {
        write_waiting();
    }
}

void MetricsFile::write_waiting() {
    std::size_t done = 0;
    while (done < waiting_.size()) {
        const ssize_t written =
            ::write(file_.get(), waiting_.data() + done, waiting_.size() - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            break;
        }
        done += static_cast<std::size_t>(written);
        failpoint("shim.metrics_written");
    }
    waiting_.erase(0, done);
    bytes_ += static_cast<std::int64_t>(done);
    unsynced_ = unsynced_ || done > 0;
}

}  // namespace tuner::shim
