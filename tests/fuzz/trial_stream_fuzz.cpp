// A line of output is a sound measurement or none; and the two filters before the parser, the
// shim's and its own, let every measurement through.

#include "tests/fuzz/property.h"
#include "tuner/formats/attempt_files.h"
#include "tuner/formats/trial_stream.h"

#include <algorithm>
#include <string>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

void check_line(const ParsedLine& line) {
    holds(!line.metrics.empty(), "a measurement has a metric");
    holds(line.metrics.size() <= kMaxMetricsPerLine, "a line has so many metrics at most");
    holds(line.step.value_or(0) >= 0, "a step is not negative");
    for (auto metric = line.metrics.begin(); metric != line.metrics.end(); ++metric) {
        holds(!metric->name.empty(), "a metric has a name");
        holds(metric->name.size() <= kMaxMetricNameBytes, "a name has so many bytes at most");
        holds(
            std::none_of(
                line.metrics.begin(),
                metric,
                [&](const Metric& m) { return m.name == metric->name; }
            ),
            "a metric stands once in a line"
        );
    }
}

bool are_same(const Metric& a, const Metric& b) {
    return a.name == b.name && same(a.value, b.value);
}

bool are_same(const ParsedLine& a, const ParsedLine& b) {
    return a.step == b.step && a.timestamp.has_value() == b.timestamp.has_value() &&
           same(a.timestamp.value_or(0), b.timestamp.value_or(0)) &&
           std::equal(
               a.metrics.begin(),
               a.metrics.end(),
               b.metrics.begin(),
               b.metrics.end(),
               [](const Metric& x, const Metric& y) { return are_same(x, y); }
           );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    if (const auto line = parse_metric_line(text)) {
        check_line(*line);
        holds(may_be_metric(text), "the quick filter lets a measurement through");
        holds(is_worth_keeping(text, "loss"), "the shim keeps a measurement");
        const auto ended = parse_metric_line(std::string(text) + "\r\n");
        holds(
            size + 2 > kMaxMetricLineBytes || (ended && are_same(*line, *ended)),
            "a line end changes nothing"
        );
    }
    if (const auto line = parse_hypertune_line(text)) {
        check_line(*line);
    }
    return 0;
}
