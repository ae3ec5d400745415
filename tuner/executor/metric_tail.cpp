#include "tuner/executor/metric_tail.h"

#include "tuner/formats/trial_stream.h"

#include <algorithm>
#include <unistd.h>

namespace tuner {

std::optional<Report> MetricTail::read(std::int64_t end) {
    Report report;
    do {
        const std::string lines = read_whole_lines(end);
        if (lines.empty()) {
            return std::nullopt;
        }
        for (std::size_t at = 0; at < lines.size();) {
            const std::size_t stop = lines.find('\n', at);
            std::optional<Measurement> said =
                measure(std::string_view(lines).substr(at, stop - at));
            read_ += static_cast<std::int64_t>(stop + 1 - at);
            at = stop + 1;
            if (said && read_ > reported_) {
                report.measurements.push_back(std::move(*said));
            }
        }
    } while (read_ <= reported_);  // the beginning, which was reported before
    reported_ = read_;
    report.metrics_offset = reported_;
    return report;
}

std::string MetricTail::read_whole_lines(std::int64_t end) {
    const std::int64_t most = std::min(end - read_, static_cast<std::int64_t>(kMetricBytesPerTurn));
    if (!file_ || most <= 0) {
        return {};
    }
    std::string text(static_cast<std::size_t>(most), '\0');
    const ssize_t got = ::pread(file_.get(), text.data(), text.size(), read_);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    text.resize(text.rfind('\n') + 1);  // npos + 1 is 0
    return text;
}

std::optional<Measurement> MetricTail::measure(std::string_view line) {
    if (line.size() < 2) {
        return std::nullopt;
    }
    const std::string_view text = line.substr(2);
    std::optional<ParsedLine> said =
        line.front() == 'h' ? parse_hypertune_line(text) : parse_metric_line(text);
    if (!said) {
        return std::nullopt;
    }
    // Saturates: the largest step there is has no next one.
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    const std::int64_t next = largest_step_ == kLast ? kLast : largest_step_ + 1;
    const std::int64_t step = said->step.value_or(next);
    largest_step_ = std::max(largest_step_, step);
    return Measurement{step, std::move(said->metrics)};
}

}  // namespace tuner
