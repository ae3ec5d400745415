// Fixed-width numbers as little-endian bytes, for event files and model files, on machines of
// either order.

#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace trainer {

template <std::unsigned_integral Number>
void append_little_endian(std::string& bytes, Number number) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        bytes += static_cast<char>((number >> (8 * i)) & 0xff);
    }
}

inline void append_little_endian(std::string& bytes, float number) {
    append_little_endian(bytes, std::bit_cast<std::uint32_t>(number));
}

inline void append_little_endian(std::string& bytes, double number) {
    append_little_endian(bytes, std::bit_cast<std::uint64_t>(number));
}

// The first four bytes as a number; there must be four.
inline std::uint32_t read_little_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < sizeof(number); ++i) {
        number |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return number;
}

}  // namespace trainer
