// What a fuzz target claims of every input: holds(condition, "sentence"). Where it does not hold,
// the sentence is printed and the process ends, which libFuzzer takes for a finding and keeps the
// input.
//
// A target that only waits for a crash misses the wrong answers; these are cheap to ask.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tuner::fuzz {

inline void holds(bool condition, const char* sentence) {
    if (!condition) {
        std::fprintf(stderr, "does not hold: %s\n", sentence);
        std::abort();
    }
}

// Equal numbers, where NaN equals NaN.
inline bool same(double a, double b) {
    return a == b || (a != a && b != b);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace tuner::fuzz
