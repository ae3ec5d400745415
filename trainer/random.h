// Random is the trainer's only source of randomness: splitmix64 streams, one per (seed, purpose),
// so that the same seed gives the same data and the same training run with every compiler and
// library.
//
// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).

#pragma once

#include <cstdint>
#include <span>

namespace trainer {

// What a stream is for; streams of one seed are independent of each other.
enum class Purpose : std::uint64_t {
    births = 1,
    initial_weights = 2,
    example_order = 3,
};

class Random {
  public:
    Random(std::uint64_t seed, Purpose purpose);

    // 64 random bits.
    std::uint64_t next();

    // Uniform in [0, 1), with 53 random bits.
    double uniform();

    // Uniform among 0 … count-1, unbiased; count is at least 1.
    std::uint64_t below(std::uint64_t count);

    // Standard normal, by the polar method of Marsaglia.
    double normal();

    // Student's t with `freedom` degrees of freedom, scaled to unit variance; freedom is at
    // least 3.
    double unit_variance_t(int freedom);

    // Fisher and Yates: every order equally likely.
    void shuffle(std::span<std::uint32_t> items);

  private:
    std::uint64_t state_;
};

}  // namespace trainer
