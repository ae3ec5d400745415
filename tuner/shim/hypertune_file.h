// The HypertuneFile is the trainer's metric file in the legacy manner (contract.md 3.5): rewritten
// as a whole at each report with the last 100 entries, one JSON object per line.
//
// Lines that were not there before are offered as metrics. The rewriting is not atomic, so a look
// may find nothing, a beginning, or half a line: such a look forgets nothing that was seen before,
// and a half line waits for its end. A look counts only when two readings agree. A trainer that
// reports more than 100 times between two looks (200 ms) loses the oldest of those.

#pragma once

#include "tuner/base/time.h"
#include "tuner/shim/metrics_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace tuner::shim {

inline constexpr Duration kHypertuneInterval{200};
inline constexpr std::size_t kMaxHypertuneBytes = std::size_t{1} << 20;  // of its end

class HypertuneFile {
  public:
    // The file is DIR/hypertune/output.metrics and need not exist. `metrics` outlives it.
    HypertuneFile(int dir_fd, MetricsFile& metrics) : dir_fd_(dir_fd), metrics_(metrics) {}

    // Offers what is new; answers whether there was anything.
    bool look(Duration now);

    // The trainer is gone: the last look, which also takes a last line without an end.
    void finish(Duration now);

  private:
    bool has_changed();
    std::optional<std::string> read_settled() const;
    bool take(std::string_view text, bool is_last, Duration now);

    int dir_fd_;
    MetricsFile& metrics_;

    struct stat last_ {};

    bool look_again_ = true;           // a change within the clock's grain leaves no trace
    std::vector<std::uint64_t> seen_;  // hashes of the lines, sorted
    std::size_t lines_ = 0;            // of the longest look since seen_ was replaced
};

}  // namespace tuner::shim
