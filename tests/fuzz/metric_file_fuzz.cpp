// A metrics file gives the same measurements however it grows and wherever a later reader starts.
//
// The input is a byte with the number of cuts, so many bytes that say where, and the file.

#include "tests/fuzz/property.h"
#include "tuner/executor/metric_tail.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

constexpr std::size_t kMaxCuts = 4;

const int kFile = ::memfd_create("metrics", MFD_CLOEXEC);

MetricTail tail_from(std::int64_t offset) {
    return {OwnedFd(::fcntl(kFile, F_DUPFD_CLOEXEC, 0)), offset};
}

struct Reading {
    std::vector<Measurement> measurements;
    std::int64_t offset = 0;
};

// Reads what is there up to byte `end`.
void read_on(MetricTail& tail, std::int64_t end, Reading& reading) {
    while (std::optional<Report> report = tail.read(end)) {
        holds(report->metrics_offset > reading.offset, "an offset grows");
        holds(report->metrics_offset <= end, "nothing is read past the end");
        reading.offset = report->metrics_offset;
        std::move(
            report->measurements.begin(),
            report->measurements.end(),
            std::back_inserter(reading.measurements)
        );
    }
}

bool are_same(const Measurement& a, const Measurement& b) {
    return a.step == b.step && std::equal(
                                   a.metrics.begin(),
                                   a.metrics.end(),
                                   b.metrics.begin(),
                                   b.metrics.end(),
                                   [](const Metric& x, const Metric& y) {
                                       return x.name == y.name && same(x.value, y.value);
                                   }
                               );
}

bool are_same(const Reading& a, const Reading& b) {
    return a.offset == b.offset &&
           std::equal(
               a.measurements.begin(),
               a.measurements.end(),
               b.measurements.begin(),
               b.measurements.end(),
               [](const Measurement& x, const Measurement& y) { return are_same(x, y); }
           );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::size_t cuts = size == 0 ? 0 : data[0] % (kMaxCuts + 1);
    if (size < 1 + cuts) {
        return 0;
    }
    const std::string_view text = text_of(data + 1 + cuts, size - 1 - cuts);
    const auto end = static_cast<std::int64_t>(text.size());
    if (::pwrite(kFile, text.data(), text.size(), 0) != end || ::ftruncate(kFile, end) != 0) {
        return 0;
    }

    Reading whole;
    MetricTail at_once = tail_from(0);
    read_on(at_once, end, whole);

    // The same file as it grows, and another reader that takes over at each cut.
    Reading grown;
    Reading taken_over;
    MetricTail growing = tail_from(0);
    std::int64_t stop = 0;
    for (std::size_t i = 0; i <= cuts; ++i) {
        stop = i == cuts ? end : std::min(end, stop + data[1 + i]);
        read_on(growing, stop, grown);
        MetricTail next = tail_from(taken_over.offset);
        read_on(next, stop, taken_over);
    }
    holds(are_same(grown, whole), "a file reads the same however it grows");
    holds(are_same(taken_over, whole), "a file reads the same however often its reader changes");
    return 0;
}
