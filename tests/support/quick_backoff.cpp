// The back-off of the binaries in tests/faulty: TUNER_BACKOFF_MS after every loss, where it is set,
// so that thousands of losses can be waited for. Linked in the place of scheduler/backoff.cpp.

#include "tuner/scheduler/verdict.h"

#include <cstdlib>

namespace tuner {

Duration infrastructure_backoff(std::int64_t /*retries*/, Rng& /*rng*/) {
    const char* wanted = std::getenv("TUNER_BACKOFF_MS");
    return wanted == nullptr ? kFirstBackoff : Duration(std::atoi(wanted));
}

}  // namespace tuner
