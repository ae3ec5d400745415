// The decompression that archives need, zlib's, with a bound: a few bytes can stand for gigabytes.
// Pure.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tuner {

// What a .gz file holds; `invalid_argument` when it is damaged or cut, or holds more than
// `bytes_max`.
Result<std::string> inflate_gzip(std::string_view bytes, std::size_t bytes_max);

// Likewise for the bare stream that stands in a .zip file.
Result<std::string> inflate_raw(std::string_view bytes, std::size_t bytes_max);

// The CRC-32 of .zip and .gz files.
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace tuner
