// An OutputStream copies one pipe of the trainer into its log and offers its lines as metrics.
//
// A line ends at \n or \r (progress bars). Only its first kMaxLineBytes are kept; the rest is
// dropped, counted and marked, and such a line is no metric. Bytes are otherwise stored raw.

#pragma once

#include "tuner/base/owned_fd.h"
#include "tuner/base/time.h"
#include "tuner/shim/metrics_file.h"
#include "tuner/shim/output_log.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tuner::shim {

class OutputStream {
  public:
    // `metric` and `metrics` outlive it. `pipe` is non-blocking.
    OutputStream(OwnedFd pipe, OutputLog log, const std::string& metric, MetricsFile& metrics)
        : pipe_(std::move(pipe)), log_(std::move(log)), metric_(metric), metrics_(metrics) {}

    // -1 once the pipe has ended.
    int fd() const { return pipe_.get(); }

    // Takes what is there, but no more than one turn's share; answers whether there was anything.
    bool read(Duration now);

    // Nobody writes any more: takes all that is left, and a last line without an end.
    void finish(Duration now);

    // A word of tuner's own in the log, on a line of its own.
    void note(const std::string& text) { log_.write("\n[tuner: " + text + "]\n"); }

    std::int64_t bytes_dropped() const { return log_.dropped(); }

  private:
    void take(std::string_view chunk, Duration now);
    void end_line(Duration now);

    OwnedFd pipe_;
    OutputLog log_;
    const std::string& metric_;
    MetricsFile& metrics_;
    std::string line_;
    bool cut_ = false;  // the present line is longer than the limit
};

}  // namespace tuner::shim
