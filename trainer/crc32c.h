// crc32c() is the CRC-32C checksum (Castagnoli polynomial, reflected, RFC 3720 appendix B.4) of
// event files and model files.

#pragma once

#include <cstdint>
#include <string_view>

namespace trainer {

std::uint32_t crc32c(std::string_view bytes);

// As it stands in a TFRecord: rotated and shifted, so that a checksum of data with checksums in it
// stays strong.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace trainer
