// MetricFile reports a metric the way the Python package cloudml-hypertune does: each report
// rewrites the whole file with the latest reports, one JSON object per line, keys sorted.
//
// Made once per run, when the tuning service names a file. The rewrite is in place and not atomic,
// as readers of that package know; a file that cannot be written is a Failure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>

namespace trainer {

inline constexpr std::size_t kMetricReportsKept = 100;

class MetricFile {
  public:
    // The metric's key is `tag`; `trial` is the trial's number as text.
    MetricFile(std::filesystem::path path, std::string tag, std::string trial);

    // `wall_time` is in seconds since 1970.
    void report(std::int64_t step, float value, double wall_time);

  private:
    std::filesystem::path path_;
    std::string tag_;
    std::string trial_;
    std::deque<std::string> lines_;
};

}  // namespace trainer
