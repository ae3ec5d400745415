#include "tuner/formats/protobuf.h"

namespace tuner {

namespace {

constexpr std::uint32_t kMaxFieldNumber = (1U << 29) - 1;
constexpr unsigned kVarintBits = 7;
constexpr unsigned kLastShift = 63;  // of the tenth byte, which has one bit left to give

}  // namespace

std::nullopt_t ProtobufReader::fail() {
    failed_ = true;
    rest_ = {};
    return std::nullopt;
}

std::optional<std::uint64_t> ProtobufReader::take_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift <= kLastShift && !rest_.empty(); shift += kVarintBits) {
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    return fail();
}

std::optional<std::uint64_t> ProtobufReader::take_fixed(std::uint32_t bytes) {
    if (rest_.size() < bytes) {
        return fail();
    }
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < bytes; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    }
    rest_.remove_prefix(bytes);
    return value;
}

std::optional<ProtobufField> ProtobufReader::next() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const std::optional<std::uint64_t> key = take_varint();
    if (!key || *key >> 3 == 0 || *key >> 3 > kMaxFieldNumber) {
        return fail();
    }
    ProtobufField field;
    field.number = static_cast<std::uint32_t>(*key >> 3);
    field.type = static_cast<WireType>(*key & 7);
    std::optional<std::uint64_t> value;
    switch (field.type) {
        case WireType::varint:
        case WireType::bytes:
            value = take_varint();
            break;
        case WireType::fixed64:
            value = take_fixed(8);
            break;
        case WireType::fixed32:
            value = take_fixed(4);
            break;
    }
    if (!value) {
        return fail();
    }
    field.bits = *value;
    if (field.type == WireType::bytes) {
        if (field.bits > rest_.size()) {
            return fail();
        }
        field.bytes = rest_.substr(0, field.bits);
        rest_.remove_prefix(field.bits);
    }
    return field;
}

}  // namespace tuner
