#include "trainer/crc32c.h"

#include <string>

#include <catch2/catch.hpp>

using namespace std::string_view_literals;

TEST_CASE("checksums are those of the published vectors", "[crc32c]") {
    CHECK(trainer::crc32c(std::string(32, '\0')) == 0x8a9136aa);
    CHECK(trainer::crc32c("123456789") == 0xe3069283);
    CHECK(trainer::crc32c("") == 0);
}

TEST_CASE("masked checksums are those of tensorboard's own tests", "[crc32c]") {
    CHECK(trainer::masked_crc32c("\x18\0\0\0\0\0\0\0"sv) == 0x224b7fa3);
    CHECK(trainer::masked_crc32c("\x32\0\0\0\0\0\0\0"sv) == 0xec561924);
    CHECK(
        trainer::masked_crc32c("\x1a\x11"
                               "CRC test, one two"sv) == 0x5794d08a
    );
}
