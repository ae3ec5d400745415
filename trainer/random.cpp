#include "trainer/random.h"

#include <cmath>
#include <utility>

namespace trainer {

namespace {

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, Purpose purpose)
    : state_(mix(mix(seed) + kGoldenGamma * static_cast<std::uint64_t>(purpose))) {}

std::uint64_t Random::next() {
    state_ += kGoldenGamma;
    return mix(state_);
}

double Random::uniform() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::uint64_t Random::below(std::uint64_t count) {
    const std::uint64_t rejected = -count % count;  // 2^64 mod count, which would favour low values
    std::uint64_t value = next();
    while (value < rejected) {
        value = next();
    }
    return value % count;
}

double Random::normal() {
    while (true) {
        const double u = 2 * uniform() - 1;
        const double v = 2 * uniform() - 1;
        const double s = u * u + v * v;
        if (s > 0 && s < 1) {
            return u * std::sqrt(-2 * std::log(s) / s);
        }
    }
}

double Random::unit_variance_t(int freedom) {
    const double z = normal();
    double chi_squared = 0;
    for (int i = 0; i < freedom; ++i) {
        const double n = normal();
        chi_squared += n * n;
    }
    // t = z / sqrt(chi²/f) has variance f / (f - 2).
    return z * std::sqrt((freedom - 2) / chi_squared);
}

void Random::shuffle(std::span<std::uint32_t> items) {
    for (std::size_t last = items.size(); last > 1; --last) {
        std::swap(items[last - 1], items[below(last)]);
    }
}

}  // namespace trainer
