// A ProtobufReader takes the fields of one protobuf message one after the other.
//
// It knows the wire format and no message: number, wire type, and the bytes or the number. Groups,
// which nobody has written since 2008, are refused. A length never reaches beyond the message. The
// message must outlive the reader and its fields. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tuner {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct ProtobufField {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t bits = 0;  // of a varint, a fixed64 or a fixed32
    std::string_view bytes;

    bool is(std::uint32_t wanted, WireType of_type) const {
        return number == wanted && type == of_type;
    }
};

class ProtobufReader {
  public:
    explicit ProtobufReader(std::string_view message) : rest_(message) {}

    // The next field; nothing at the end, or where the message is ill-formed.
    std::optional<ProtobufField> next();

    // Whether the message had an end that is none: asked after next() has given nothing.
    bool failed() const { return failed_; }

    // For packed lists: bare values one after the other.
    std::optional<std::uint64_t> take_varint();
    std::optional<std::uint64_t> take_fixed(std::uint32_t bytes);

    bool is_at_end() const { return rest_.empty(); }

  private:
    std::nullopt_t fail();

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace tuner
