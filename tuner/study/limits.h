// Every limit of a study, in one place. Each is documented in docs/limits.md and tested at and past
// itself.

#pragma once

#include <cstddef>
#include <cstdint>

namespace tuner {

inline constexpr std::size_t kMaxParameters = 1'000;
inline constexpr std::size_t kMaxCategories = 10'000;
inline constexpr std::size_t kMaxDiscreteValues = 1'000;
// Values of a parameter that others depend on, and of one condition.
inline constexpr std::size_t kMaxParentValues = 1'000;
inline constexpr std::size_t kMaxParameterNameBytes = 64;
inline constexpr std::size_t kMaxTextBytes = 4'096;  // one category, one argument
inline constexpr std::size_t kMaxStudyNameBytes = 128;
// What a trial may ask for, and a machine may be said to have.
inline constexpr std::int64_t kMaxCpus = 65'536;
inline constexpr std::int64_t kMaxGpus = 1'024;
inline constexpr std::int64_t kMaxMemoryBytes = std::int64_t{1} << 50;
inline constexpr std::int64_t kMaxTrials = 1'000'000;
inline constexpr std::int64_t kMaxParallelTrials = 10'000;
// One of at most so many trials goes on to the next rung (Stopping::eta).
inline constexpr std::int64_t kMaxEta = 1'000;
// Vizier's own distance below which two discrete values are the same (contract.md 2.3).
inline constexpr double kDiscreteEpsilon = 1e-10;

// Integers are exact in a double up to here, which JSON readers and the optimizer's arithmetic
// need.
inline constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;

}  // namespace tuner
