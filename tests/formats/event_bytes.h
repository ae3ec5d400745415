// Pieces of event files for tests: protobuf fields, Events and the records around them, written
// here once more so that the reader is tested against bytes that it did not make.

#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace tuner::testing {

inline std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return text;
}

inline std::string varint(std::uint64_t value) {
    std::string text;
    for (; value >= 0x80; value >>= 7) {
        text += static_cast<char>((value & 0x7f) | 0x80);
    }
    return text + static_cast<char>(value);
}

inline std::string varint_field(std::uint32_t number, std::uint64_t value) {
    return varint(number << 3) + varint(value);
}

inline std::string double_field(std::uint32_t number, double value) {
    return varint(number << 3 | 1) + little_endian(std::bit_cast<std::uint64_t>(value), 8);
}

inline std::string bytes_field(std::uint32_t number, std::string_view bytes) {
    return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

inline std::string float_field(std::uint32_t number, float value) {
    return varint(number << 3 | 5) + little_endian(std::bit_cast<std::uint32_t>(value), 4);
}

// An Event of time 1.5e9 with one Summary.Value.
inline std::string event(std::uint64_t step, std::string_view value) {
    return double_field(1, 1.5e9) + varint_field(2, step) + bytes_field(5, bytes_field(1, value));
}

// CRC-32C bit by bit, masked as TFRecord does.
inline std::uint32_t masked_crc(std::string_view bytes) {
    std::uint32_t crc = ~0U;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
        }
    }
    return std::rotr(~crc, 15) + 0xa282ead8U;
}

inline std::string record_header(std::uint64_t length) {
    const std::string bytes = little_endian(length, 8);
    return bytes + little_endian(masked_crc(bytes), 4);
}

inline std::string record(std::string_view event) {
    return record_header(event.size()) + std::string(event) + little_endian(masked_crc(event), 4);
}

}  // namespace tuner::testing
