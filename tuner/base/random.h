// Rng is the only source of randomness: a xoshiro256** stream whose start is a pure function of a
// key (study seed, purpose, number). Equal keys give equal streams on every machine, compiler and
// library, which is why the distributions are here too: those of <random> differ between standard
// libraries.
//
// Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021) for
// xoshiro256**; Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014) for
// the splitmix64 finaliser.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tuner {

class Rng {
  public:
    // The stream of a key: `purpose` names what it is for ("suggest", "sobol"), `number` which one
    // of them.
    Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t number = 0);

    // 64 independent random bits.
    std::uint64_t next();

    // Uniform in [0, 1), with 53 random bits.
    double uniform();

    // Uniform among 0 … count-1; count must be at least 1. Unbiased (rejection).
    std::uint64_t below(std::uint64_t count);

    // Standard normal, by the polar method of Marsaglia.
    double normal();

  private:
    std::array<std::uint64_t, 4> state_;
};

// A well-mixed 64-bit hash of a text (FNV-1a, then the splitmix64 finaliser); the same everywhere
// and for ever.
std::uint64_t stable_hash(std::string_view text);

// A seed from the kernel's entropy, for studies that name none.
std::uint64_t fresh_seed();

// `bytes` of kernel entropy as lower-case hexadecimal text of twice that length: tokens and unique
// names.
std::string random_hex(std::size_t bytes);

}  // namespace tuner
