// The back-off of verdict.h, alone in its file so that tests/faulty can link a shorter one.

#include "tuner/scheduler/verdict.h"

#include <algorithm>
#include <cmath>

namespace tuner {

Duration infrastructure_backoff(std::int64_t retries, Rng& rng) {
    const double doublings = static_cast<double>(std::clamp<std::int64_t>(retries - 1, 0, 20));
    const double plain = std::min(
        static_cast<double>(kFirstBackoff.count()) * std::exp2(doublings),
        static_cast<double>(kLongestBackoff.count())
    );
    return Duration(std::llround(plain * (0.75 + 0.5 * rng.uniform())));
}

}  // namespace tuner
