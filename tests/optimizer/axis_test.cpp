#include "tuner/optimizer/axis.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

// `count` values spread by even numbers of [0, 1), as doubles, ascending.
std::vector<double> spread_values(const Parameter& parameter, int count) {
    const Axis axis(parameter, 0);
    std::vector<double> values;
    for (int i = 0; i < count; ++i) {
        const ParameterValue value = axis.value_at(axis.spread((i + 0.5) / count));
        REQUIRE(parameter.contains(value));
        const auto* integer = std::get_if<std::int64_t>(&value);
        values.push_back(
            integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value)
        );
    }
    std::sort(values.begin(), values.end());
    return values;
}

double median_of(const Parameter& parameter) {
    return spread_values(parameter, 2001)[1000];
}

}  // namespace

TEST_CASE("A34 the median of an integer follows its scale", "[axis]") {
    const auto log = parameter("batch_size", IntegerRange{8, 512, Scale::log});
    const auto linear = parameter("batch_size", IntegerRange{8, 512, Scale::linear});
    CHECK(median_of(log) >= 56);
    CHECK(median_of(log) <= 73);
    CHECK(median_of(linear) == Approx(260).margin(2));
    CHECK(spread_values(log, 2000).front() == 8);
    CHECK(spread_values(log, 2000).back() == 512);
}

TEST_CASE("A34 the median of a reverse log scale mirrors that of the log scale", "[axis]") {
    CHECK(
        median_of(parameter("keep", RealRange{0.1, 1.0, Scale::reverse_log})) ==
        Approx(1.1 - std::sqrt(0.1)).epsilon(1e-3)
    );
    CHECK(
        median_of(parameter("keep", RealRange{0.1, 1.0, Scale::log})) ==
        Approx(std::sqrt(0.1)).epsilon(1e-3)
    );
}

TEST_CASE("no level of an integer is favoured by a linear scale", "[axis]") {
    const auto values = spread_values(parameter("n", IntegerRange{1, 4}), 400);
    for (const double level : {1, 2, 3, 4}) {
        CHECK(std::count(values.begin(), values.end(), level) == 100);
    }
}

TEST_CASE("listed numbers and categories get equal shares", "[axis]") {
    const auto values =
        spread_values(parameter("n", DiscreteValues{{1, 2, 1000, 5000}, Scale::linear}), 400);
    CHECK(std::count(values.begin(), values.end(), 1000) == 100);
    const auto colour = parameter("c", Categories{{"red", "green"}});
    const Axis axis(colour, 0);
    CHECK(axis.spread(0.49) == 0);
    CHECK(axis.spread(0.51) == 1);
}

TEST_CASE("a value comes back from its position", "[axis]") {
    const auto domain = GENERATE(
        Domain(RealRange{-3, 5, Scale::linear}),
        Domain(RealRange{1e-300, 1e300, Scale::log}),
        Domain(RealRange{0.001, 1, Scale::reverse_log}),
        Domain(RealRange{1, std::nextafter(1.0, 2.0), Scale::linear}),
        Domain(RealRange{1e308, 1.7e308, Scale::reverse_log}),
        Domain(IntegerRange{0, 1, Scale::linear}),
        Domain(IntegerRange{-5, 1'000'000, Scale::linear}),
        Domain(IntegerRange{1, kMaxInteger, Scale::log}),
        Domain(DiscreteValues{{0.5, 3, 500}, Scale::linear}),
        Domain(DiscreteValues{{-2, 0, 7}, Scale::linear}),
        Domain(Categories{{"a", "b", "c"}})
    );
    const auto knob = parameter("knob", domain);
    const Axis axis(knob, 3);
    Rng rng(1, "axis");
    for (int i = 0; i < 1000; ++i) {
        const double position = axis.spread(i == 0 ? 0.0 : rng.uniform());
        const ParameterValue value = axis.value_at(position);
        REQUIRE(knob.contains(value));
        const auto back = axis.position_of(value);
        REQUIRE(back);
        CHECK(*back == Approx(position).margin(1e-12));
        CHECK(axis.snap(*back) == *back);
    }
}

TEST_CASE("numbers that share a logarithm keep positions of their own", "[axis]") {
    const double number = 3.552593421376476e+59;
    const double next = std::nextafter(number, 1e300);
    for (const Scale scale : {Scale::linear, Scale::log, Scale::reverse_log}) {
        for (const std::vector<double>& values :
             {std::vector<double>{number, next},
              std::vector<double>{number, next, 1e300},
              std::vector<double>{1, 2, 1e308}}) {
            const auto list = parameter("knob", DiscreteValues{values, scale});
            const Axis axis(list, 0);
            for (const double value : values) {
                const auto position = axis.position_of(value);
                REQUIRE(position);
                CHECK(*position >= 0);
                CHECK(*position <= 1);
                CHECK(std::get<double>(axis.value_at(*position)) == value);
            }
        }
        const auto range = parameter("knob", RealRange{number, next, scale});
        const Axis axis(range, 0);
        CHECK(axis.position_of(number) == 0);
        CHECK(axis.position_of(next) == 1);
    }
}

TEST_CASE("both ends of a range are reached exactly", "[axis]") {
    const auto scale = GENERATE(Scale::linear, Scale::log, Scale::reverse_log);
    const auto knob = parameter("knob", RealRange{0.1, 0.7, scale});
    const Axis axis(knob, 0);
    CHECK(std::get<double>(axis.value_at(0)) == 0.1);
    CHECK(std::get<double>(axis.value_at(1)) == 0.7);
    CHECK(*axis.position_of(0.1) == Approx(0).margin(1e-15));
    CHECK(*axis.position_of(0.7) == 1);
}

TEST_CASE("rounding takes no number of a range out of the unit interval", "[axis]") {
    const double first = 1.7603822782927868e-09;
    const double last = 7.041531802087774e-09;
    CHECK(first + (last - first) > last);  // what a mirrored scale has to cope with
    const Parameter list = test::parameter("x", DiscreteValues{{first, last}, Scale::reverse_log});
    const Parameter range = test::parameter("x", RealRange{first, last, Scale::reverse_log});
    for (const Parameter* parameter : {&list, &range}) {
        const Axis axis(*parameter, 0);
        CHECK(axis.position_of(first) == 0.0);
        CHECK(axis.position_of(last) == 1.0);
        CHECK(axis.snap(0) == 0.0);
    }
}

TEST_CASE("a list over two decades is spaced by its logarithm", "[axis]") {
    const auto wide = parameter("units", DiscreteValues{{1, 10, 100}, Scale::linear});
    const auto narrow = parameter("units", DiscreteValues{{1, 10, 99}, Scale::linear});
    CHECK(Axis(wide, 0).position_of_level(1) == Approx(0.5));
    CHECK(Axis(narrow, 0).position_of_level(1) == Approx(9.0 / 98));
}

TEST_CASE("a value outside of an edited range is placed or given up", "[axis]") {
    const auto range = parameter("x", RealRange{1, 2, Scale::log});
    const Axis axis(range, 0);
    CHECK(*axis.position_of(3.0) == Approx(std::log(3) / std::log(2)));
    CHECK_FALSE(axis.position_of(100.0));
    CHECK_FALSE(axis.position_of(-1.0));
    CHECK_FALSE(axis.position_of(std::nan("")));
    CHECK_FALSE(axis.position_of(std::string("two")));
    const auto colour = parameter("c", Categories{{"red", "green"}});
    CHECK_FALSE(Axis(colour, 0).position_of(std::string("blue")));
    CHECK_FALSE(Axis(colour, 0).position_of(1.0));
}

TEST_CASE("the unit of a range does not show in positions", "[axis]") {
    const auto seconds = parameter("t", RealRange{2, 8, Scale::linear});
    const auto quarters = parameter("t", RealRange{0.5, 2, Scale::linear});
    const auto minutes = parameter("t", RealRange{1e-3, 1, Scale::log});
    const auto hours = parameter("t", RealRange{1e-2, 10, Scale::log});
    for (const double u : {0.0, 0.125, 0.3, 0.9}) {
        const double x = std::get<double>(Axis(seconds, 0).value_at(u));
        CHECK(*Axis(quarters, 0).position_of(x / 4) == *Axis(seconds, 0).position_of(x));
        const double y = std::get<double>(Axis(minutes, 0).value_at(u));
        CHECK(*Axis(hours, 0).position_of(10 * y) == Approx(u).margin(1e-12));
    }
}
