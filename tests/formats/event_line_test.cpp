#include "tuner/formats/event_line.h"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

namespace tuner {

TEST_CASE("a scalar of an event file reads back as it was", "[event_line]") {
    for (const double value : {0.0, -1.5, 0.1, 1.0318599939346313, 5e-324, 1.7e308}) {
        const EventLine line{
            std::numeric_limits<std::int64_t>::max(), value, "a tag/of two  words"};
        CHECK(parse_event_line(to_text(line)) == line);
    }
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(parse_event_line(to_text({1, -infinity, "x"}))->value == -infinity);
    CHECK(std::isnan(parse_event_line(to_text({1, std::nan(""), "x"}))->value));
}

TEST_CASE("what is no scalar of an event file is nothing", "[event_line]") {
    for (const char* text :
         {"",
          "1",
          "1 ",
          "1 2",
          "1 2 ",
          "-1 2 x",
          "x 2 x",
          "1 y x",
          "1  x",
          "1.5 2 x",
          "9223372036854775808 1 x",
          "loss=1"}) {
        INFO(text);
        CHECK_FALSE(parse_event_line(text));
    }
}

}  // namespace tuner
