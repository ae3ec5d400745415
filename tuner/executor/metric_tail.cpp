#include "tuner/executor/metric_tail.h"

#include "tuner/base/random.h"
#include "tuner/formats/event_line.h"
#include "tuner/formats/trial_stream.h"

#include <algorithm>
#include <cmath>
#include <unistd.h>

namespace tuner {

namespace {

// A line of the metrics file without its first letter, which says whose it is
// (shim/metrics_file.h).
std::optional<ParsedLine> parse(char source, std::string_view text) {
    if (source == 'h') {
        return parse_hypertune_line(text);
    }
    if (source == 'o') {
        return parse_metric_line(text);
    }
    std::optional<EventLine> line = parse_event_line(text);
    if (!line) {
        return std::nullopt;
    }
    return ParsedLine{line->step, {{std::move(line->tag), line->value}}, std::nullopt};
}

// Whether an event file's 32-bit number may be this one: half its last digit, and a little more.
bool is_rounded(double rounded, double exact) {
    return (std::isnan(rounded) && std::isnan(exact)) || rounded == exact ||
           std::abs(rounded - exact) <= std::abs(exact) * std::numeric_limits<float>::epsilon();
}

std::uint64_t key_of(const std::string& metric, std::int64_t step) {
    return stable_hash(metric + ' ' + std::to_string(step));
}

}  // namespace

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
    std::optional<ParsedLine> said = parse(line.front(), line.substr(2));
    if (!said) {
        return std::nullopt;
    }
    // Saturates: the largest step there is has no next one.
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    const std::int64_t next = largest_step_ == kLast ? kLast : largest_step_ + 1;
    const std::int64_t step = said->step.value_or(next);
    largest_step_ = std::max(largest_step_, step);
    Measurement measurement{step, std::move(said->metrics)};
    if (line.front() == 'o' || line.front() == 'h') {
        remember(measurement);
    } else if (is_repetition(measurement)) {
        return std::nullopt;
    }
    return measurement;
}

void MetricTail::remember(const Measurement& said) {
    if (said_.size() > kRememberedValues) {
        said_.clear();
    }
    for (const Metric& metric : said.metrics) {
        said_[key_of(metric.name, said.step)] = metric.value;
    }
}

bool MetricTail::is_repetition(const Measurement& said) const {
    const Metric& metric = said.metrics.front();
    const auto found = said_.find(key_of(metric.name, said.step));
    return found != said_.end() && is_rounded(metric.value, found->second);
}

}  // namespace tuner
