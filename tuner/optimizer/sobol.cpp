#include "tuner/optimizer/sobol.h"

#include "tuner/base/contract.h"

#include <boost/random/sobol.hpp>

namespace tuner {

namespace {

constexpr unsigned kBits = 32;
using Engine = boost::random::sobol_engine<std::uint32_t, kBits>;

// The finaliser of splitmix64 (base/random.h names its source).
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// Flips each bit by a coin that belongs to the path of bits above it, and fills up what lies below.
double scramble(std::uint32_t bits, std::uint64_t seed) {
    std::uint32_t scrambled = 0;
    for (unsigned depth = 0; depth < kBits; ++depth) {
        const unsigned place = kBits - 1 - depth;
        // The path with a one before it, so that paths of different lengths differ.
        const std::uint64_t path =
            (std::uint64_t{1} << depth) | (depth == 0 ? 0 : std::uint64_t{bits} >> (kBits - depth));
        const auto coin = static_cast<std::uint32_t>(mix(seed ^ mix(path)) >> 63);
        scrambled |= (((bits >> place) & 1U) ^ coin) << place;
    }
    const std::uint64_t below =
        mix(seed ^ mix((std::uint64_t{1} << kBits) | bits)) >> 43;  // 21 bits
    return static_cast<double>((std::uint64_t{scrambled} << 21) | below) * 0x1.0p-53;
}

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t seed)
    : dimensions_(dimensions), seed_(seed) {
    expects(dimensions <= kMaxSobolDimensions, "no more dimensions than direction numbers");
}

std::vector<double> SobolSequence::point(std::uint64_t index) const {
    return points(index, 1).front();
}

std::vector<std::vector<double>> SobolSequence::points(std::uint64_t first, std::size_t count)
    const {
    expects(first + count < (std::uint64_t{1} << kBits), "the sequence ends at 2^32");
    std::vector<std::vector<double>> points(count, std::vector<double>(dimensions_));
    if (dimensions_ == 0) {
        return points;
    }
    Engine engine(dimensions_);
    // Boost leaves out the origin, the sequence's point 0.
    if (first > 1) {
        engine.seed(static_cast<std::uint32_t>(first - 1));
    }
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t d = 0; d < dimensions_; ++d) {
            const std::uint32_t bits = first + i == 0 ? 0 : engine();
            points[i][d] = scramble(bits, mix(seed_ + d));
        }
    }
    return points;
}

}  // namespace tuner
