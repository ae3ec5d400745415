// SobolSequence gives the points of a Sobol low-discrepancy sequence, scrambled by nested uniform
// (Owen) scrambling: every aligned block of 2^m points has exactly one in each dyadic interval of
// length 2^-m of every dimension, and each point by itself is uniform.
//
// Any point can be had by its number, and equal seeds give equal points for ever. Direction numbers
// are those of Joe and Kuo (2008) as Boost.Random ships them. Scrambling: Owen, "Randomly permuted
// (t,m,s)-nets and (t,s)-sequences" (1995); each bit is flipped by a hash of the bits above it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxSobolDimensions = 3'667;  // of the table of direction numbers

class SobolSequence {
  public:
    // `dimensions` from 0 to kMaxSobolDimensions.
    SobolSequence(std::size_t dimensions, std::uint64_t seed);

    // Point number `index` (below 2^32 - 1): a number in [0, 1) per dimension.
    std::vector<double> point(std::uint64_t index) const;

    // `count` points from number `first` on.
    std::vector<std::vector<double>> points(std::uint64_t first, std::size_t count) const;

  private:
    std::size_t dimensions_;
    std::uint64_t seed_;
};

}  // namespace tuner
