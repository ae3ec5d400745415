#include "tuner/formats/event_message.h"

#include "tests/formats/event_bytes.h"

#include <cmath>
#include <limits>
#include <optional>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::testing;

namespace {

// An event of step 7 with one value: tag "x" and what is given.
std::vector<EventScalar> scalars_of(const std::string& value_fields) {
    std::vector<EventScalar> scalars;
    CHECK(parse_event(event(7, bytes_field(1, "x") + value_fields), scalars));
    return scalars;
}

// The number in a tensor made of these fields; nothing when it is no scalar.
std::optional<double> tensor(const std::string& fields) {
    const std::vector<EventScalar> scalars = scalars_of(bytes_field(8, fields));
    return scalars.empty() ? std::nullopt : std::optional(scalars[0].value);
}

bool is_event(const std::string& message) {
    std::vector<EventScalar> scalars{{"before", 1, 2, 3}};
    const bool sound = parse_event(message, scalars);
    CHECK((sound || scalars.size() == 1));
    return sound;
}

}  // namespace

TEST_CASE("a simple value is a scalar with tag, step and time", "[event_message]") {
    std::vector<EventScalar> scalars;
    REQUIRE(parse_event(event(7, bytes_field(1, "rmse") + float_field(2, 1.5F)), scalars));
    CHECK(scalars == std::vector<EventScalar>{{"rmse", 7, 1.5, 1.5e9}});
}

TEST_CASE("an event without a step has step 0", "[event_message]") {
    std::vector<EventScalar> scalars;
    const std::string value = bytes_field(1, "x") + float_field(2, 1);
    REQUIRE(parse_event(bytes_field(5, bytes_field(1, value)), scalars));
    CHECK(scalars == std::vector<EventScalar>{{"x", 0, 1, 0}});
}

TEST_CASE("the step may follow the summary, and the later of two counts", "[event_message]") {
    std::vector<EventScalar> scalars;
    const std::string value = bytes_field(1, "x") + float_field(2, 1) + float_field(2, 2);
    const std::string summary = bytes_field(5, bytes_field(1, value));
    REQUIRE(parse_event(varint_field(2, 3) + summary + varint_field(2, 4), scalars));
    CHECK(scalars == std::vector<EventScalar>{{"x", 4, 2, 0}});
}

TEST_CASE("a tensor of one number is a scalar in each of its spellings", "[event_message]") {
    const std::string one_and_half("\x00\x00\xC0\x3F", 4);
    CHECK(tensor(varint_field(1, 1) + bytes_field(4, one_and_half)) == 1.5);
    CHECK(tensor(varint_field(1, 1) + float_field(5, 1.5F)) == 1.5);
    CHECK(tensor(varint_field(1, 1) + bytes_field(5, one_and_half)) == 1.5);
    CHECK(tensor(varint_field(1, 2) + double_field(6, 0.1)) == 0.1);
    CHECK(tensor(varint_field(1, 2) + bytes_field(6, double_field(6, 0.1).substr(1))) == 0.1);
    CHECK(tensor(varint_field(1, 3) + varint_field(7, ~std::uint64_t{2})) == -3);
    CHECK(tensor(varint_field(1, 3) + bytes_field(7, varint(5))) == 5);
    CHECK(tensor(varint_field(1, 9) + varint_field(10, 1ULL << 40)) == 0x1p40);
    CHECK(tensor(varint_field(1, 9) + bytes_field(4, std::string(8, '\xFF'))) == -1);
    CHECK(tensor(varint_field(1, 14) + varint_field(13, 0x3FC0)) == 1.5);
    CHECK(tensor(varint_field(1, 19) + varint_field(13, 0x3E00)) == 1.5);
    CHECK(tensor(varint_field(1, 19) + bytes_field(4, std::string("\x01\x80", 2))) == -0x1p-24);
    CHECK(std::isnan(*tensor(varint_field(1, 19) + varint_field(13, 0x7E00))));
    CHECK(
        tensor(varint_field(1, 19) + varint_field(13, 0xFC00)) ==
        -std::numeric_limits<double>::infinity()
    );
}

TEST_CASE("a tensor of another shape, type or count is no scalar", "[event_message]") {
    const auto dimension = [](std::uint64_t size) {
        return bytes_field(2, bytes_field(2, varint_field(1, size)));
    };
    const std::string number = varint_field(1, 1) + float_field(5, 1.5F);
    CHECK(tensor(number + bytes_field(2, "")) == 1.5);
    CHECK(tensor(number + dimension(1)) == 1.5);
    CHECK_FALSE(tensor(number + dimension(2)));
    CHECK_FALSE(tensor(number + dimension(0)));
    CHECK_FALSE(tensor(number + float_field(5, 1.5F)));
    CHECK_FALSE(tensor(varint_field(1, 1)));
    CHECK_FALSE(tensor(varint_field(1, 7) + bytes_field(8, "text")));
    CHECK_FALSE(tensor(varint_field(1, 1) + bytes_field(4, "12345678")));
    CHECK_FALSE(tensor(varint_field(1, 1) + bytes_field(4, "123")));
    CHECK_FALSE(tensor(float_field(5, 1.5F)));
}

TEST_CASE("what could not be a metric is passed over", "[event_message]") {
    const auto of_tag = [](const std::string& tag) {
        std::vector<EventScalar> scalars;
        CHECK(parse_event(event(7, bytes_field(1, tag) + float_field(2, 1)), scalars));
        return scalars.size();
    };
    CHECK(of_tag("loss/été") == 1);
    CHECK(of_tag("") == 0);
    CHECK(of_tag("two\nlines") == 0);
    CHECK(of_tag("\xFF") == 0);
    CHECK(of_tag(std::string(kMaxEventTagBytes, 'x')) == 1);
    CHECK(of_tag(std::string(kMaxEventTagBytes + 1, 'x')) == 0);
    CHECK(scalars_of(bytes_field(5, "a histogram")).empty());
    std::vector<EventScalar> scalars;
    CHECK(parse_event(event(~0ULL, bytes_field(1, "x") + float_field(2, 1)), scalars));
    CHECK(scalars.empty());
}

TEST_CASE("an event has at most so many scalars", "[event_message]") {
    const std::string value = bytes_field(1, bytes_field(1, "x") + float_field(2, 1));
    std::string summary;
    for (std::size_t i = 0; i < kMaxScalarsPerEvent; ++i) {
        summary += value;
    }
    CHECK(is_event(bytes_field(5, summary)));
    CHECK_FALSE(is_event(bytes_field(5, summary + value)));
}

TEST_CASE("bytes that are no event add nothing", "[event_message]") {
    const std::string sound = event(7, bytes_field(1, "x") + float_field(2, 1));
    CHECK(is_event(sound));
    CHECK(is_event(""));
    CHECK_FALSE(is_event(sound + '\x2a'));                            // a key without a value
    CHECK_FALSE(is_event(sound + "\x2a\xff\xff\xff\xff\x0f"));        // a length past the end
    CHECK_FALSE(is_event(sound + '\x53'));                            // a group
    CHECK_FALSE(is_event(sound + std::string("\x00\x00", 2)));        // field 0
    CHECK_FALSE(is_event(sound + '\x10' + std::string(10, '\xff')));  // a varint of eleven bytes
    CHECK_FALSE(is_event(bytes_field(5, bytes_field(1, "\x0a\x05x"))));
}
