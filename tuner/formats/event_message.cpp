#include "tuner/formats/event_message.h"

#include "tuner/formats/protobuf.h"
#include "tuner/formats/utf8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace tuner {

namespace {

// The numbers of the fields that matter (tensorflow/core: event.proto, summary.proto, tensor.proto,
// tensor_shape.proto; contract.md 3.6).
enum EventField : std::uint32_t { kWallTime = 1, kStep = 2, kSummary = 5 };

enum SummaryField : std::uint32_t { kValue = 1 };

enum ValueField : std::uint32_t { kTag = 1, kSimpleValue = 2, kTensor = 8 };

enum TensorField : std::uint32_t {
    kType = 1,
    kShape = 2,
    kContent = 4,
    kFloats = 5,
    kDoubles = 6,
    kInts = 7,
    kInt64s = 10,
    kHalves = 13,
};

enum ShapeField : std::uint32_t { kDimension = 2 };

enum DimensionField : std::uint32_t { kSize = 1 };

// A type of tensor that is a number: which field has its values, and how.
struct NumberType {
    std::uint64_t type;  // DataType of types.proto
    TensorField field;
    WireType wire;
    std::uint32_t content_bytes;  // of one in tensor_content
    double (*to_double)(std::uint64_t bits);
};

double from_float(std::uint64_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

double from_double(std::uint64_t bits) {
    return std::bit_cast<double>(bits);
}

double from_int32(std::uint64_t bits) {
    return static_cast<double>(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
}

double from_int64(std::uint64_t bits) {
    return static_cast<double>(static_cast<std::int64_t>(bits));
}

// The upper half of a float.
double from_bfloat16(std::uint64_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>((bits & 0xffff) << 16));
}

// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.
double from_half(std::uint64_t bits) {
    const int exponent = static_cast<int>(bits >> 10 & 0x1f);
    const auto fraction = static_cast<double>(bits & 0x3ff);
    double value = 0;
    if (exponent == 0x1f) {
        value = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else {
        value = std::ldexp(fraction + 1024, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

constexpr NumberType kNumberTypes[] = {
    {1, kFloats, WireType::fixed32, 4, from_float},
    {2, kDoubles, WireType::fixed64, 8, from_double},
    {3, kInts, WireType::varint, 4, from_int32},
    {9, kInt64s, WireType::varint, 8, from_int64},
    {14, kHalves, WireType::varint, 2, from_bfloat16},
    {19, kHalves, WireType::varint, 2, from_half},
};

const NumberType* find_type(std::uint64_t type) {
    const auto* found = std::find_if(
        std::begin(kNumberTypes),
        std::end(kNumberTypes),
        [type](const NumberType& known) { return known.type == type; }
    );
    return found == std::end(kNumberTypes) ? nullptr : found;
}

// Calls `take` for each field; false when the message is ill-formed or `take` says so.
template <class Take>
bool each_field(std::string_view message, Take take) {
    ProtobufReader reader(message);
    while (const std::optional<ProtobufField> field = reader.next()) {
        if (!take(*field)) {
            return false;
        }
    }
    return !reader.failed();
}

// Whether a tensor of this shape has one element: every dimension has the size 1.
bool is_single(std::string_view shape) {
    bool single = true;
    const bool sound = each_field(shape, [&](const ProtobufField& field) {
        if (!field.is(kDimension, WireType::bytes)) {
            return true;
        }
        std::uint64_t size = 0;
        const bool is_sound = each_field(field.bytes, [&](const ProtobufField& part) {
            size = part.is(kSize, WireType::varint) ? part.bits : size;
            return true;
        });
        single = single && size == 1;
        return is_sound;
    });
    return sound && single;
}

// The values of one type in a tensor: how many there are, and the last.
class Elements {
  public:
    explicit Elements(const NumberType& type) : type_(type) {}

    void take(const ProtobufField& field) {
        if (field.number == kContent && field.type == WireType::bytes && !field.bytes.empty()) {
            add_content(field.bytes);
        } else if (field.is(type_.field, type_.wire)) {
            add(field.bits);
        } else if (field.is(type_.field, WireType::bytes)) {
            add_packed(field.bytes);
        }
    }

    std::optional<double> only() const {
        return count_ == 1 ? std::optional(type_.to_double(bits_)) : std::nullopt;
    }

  private:
    void add(std::uint64_t bits) {
        bits_ = bits;
        ++count_;
    }

    void add_content(std::string_view bytes) {
        if (bytes.size() == type_.content_bytes) {
            add(*ProtobufReader(bytes).take_fixed(type_.content_bytes));
        } else {
            count_ += 2;  // more than one, or none that is whole
        }
    }

    // One is enough to see; a second one says that this is no scalar.
    void add_packed(std::string_view bytes) {
        ProtobufReader reader(bytes);
        for (int n = 0; n < 2 && !reader.is_at_end(); ++n) {
            const std::optional<std::uint64_t> bits =
                type_.wire == WireType::varint
                    ? reader.take_varint()
                    : reader.take_fixed(type_.wire == WireType::fixed32 ? 4 : 8);
            if (bits) {
                add(*bits);
            }
        }
    }

    const NumberType& type_;
    std::uint64_t bits_ = 0;
    std::size_t count_ = 0;
};

// The number of a tensor that has one element; nothing for every other one.
std::optional<double> to_scalar(std::string_view tensor) {
    const NumberType* type = nullptr;
    bool single = true;
    const bool is_sound = each_field(tensor, [&](const ProtobufField& field) {
        if (field.is(kType, WireType::varint)) {
            type = find_type(field.bits);
        } else if (field.is(kShape, WireType::bytes)) {
            single = single && is_single(field.bytes);
        }
        return true;
    });
    if (!is_sound || type == nullptr || !single) {
        return std::nullopt;
    }
    Elements elements(*type);
    each_field(tensor, [&](const ProtobufField& field) {
        elements.take(field);
        return true;
    });
    return elements.only();
}

struct TaggedValue {
    std::string_view tag;
    std::optional<double> value;
};

// False when the message is ill-formed. Of two values the later one counts.
bool read_value(std::string_view message, TaggedValue& out) {
    return each_field(message, [&](const ProtobufField& field) {
        if (field.is(kTag, WireType::bytes)) {
            out.tag = field.bytes;
        } else if (field.is(kSimpleValue, WireType::fixed32)) {
            out.value = from_float(field.bits);
        } else if (field.is(kTensor, WireType::bytes)) {
            out.value = to_scalar(field.bytes);
        }
        return true;
    });
}

// What all scalars of an event share.
bool read_event(std::string_view message, EventScalar& shared) {
    return each_field(message, [&](const ProtobufField& field) {
        if (field.is(kWallTime, WireType::fixed64)) {
            shared.wall_time = from_double(field.bits);
        } else if (field.is(kStep, WireType::varint)) {
            shared.step = static_cast<std::int64_t>(field.bits);
        }
        return true;
    });
}

}  // namespace

bool is_event_tag(std::string_view text) {
    const bool is_plain = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    return !text.empty() && text.size() <= kMaxEventTagBytes && is_plain &&
           find_invalid_utf8(text) == std::string_view::npos;
}

bool parse_event(std::string_view message, std::vector<EventScalar>& scalars) {
    EventScalar scalar;
    if (!read_event(message, scalar)) {
        return false;
    }
    const std::size_t before = scalars.size();
    const auto take_value = [&](const ProtobufField& field) {
        TaggedValue said;
        if (!field.is(kValue, WireType::bytes)) {
            return true;
        }
        if (!read_value(field.bytes, said)) {
            return false;
        }
        if (said.value && scalar.step >= 0 && is_event_tag(said.tag)) {
            scalar.tag = said.tag;
            scalar.value = *said.value;
            scalars.push_back(scalar);
        }
        return scalars.size() - before <= kMaxScalarsPerEvent;
    };
    const bool is_sound = each_field(message, [&](const ProtobufField& field) {
        return !field.is(kSummary, WireType::bytes) || each_field(field.bytes, take_value);
    });
    if (!is_sound) {
        scalars.resize(before);
    }
    return is_sound;
}

}  // namespace tuner
