#include "tuner/study/parameter.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;
using test::must;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What Parameter::create says against a domain.
std::string problem_of(Domain domain, std::optional<ParameterValue> value = std::nullopt) {
    const auto parameter = Parameter::create("x", std::move(domain), std::move(value));
    return parameter ? "" : parameter.error().message;
}

}  // namespace

TEST_CASE("a parameter keeps what it was made of", "[parameter]") {
    const Condition condition{"model", {std::string("deep")}};
    const Parameter p =
        must(Parameter::create("lr", RealRange{0.1, 1, Scale::log}, 0.5, condition));
    CHECK(p.name() == "lr");
    CHECK(p.domain() == Domain(RealRange{0.1, 1, Scale::log}));
    CHECK(p.default_value() == ParameterValue(0.5));
    CHECK(p.condition() == condition);
}

TEST_CASE("a parameter name must be safe as a flag and a field", "[parameter]") {
    for (const auto* name : {"x", "batch_size", "B-2", "a.b", "layer/units", "9", "a:b", "_"}) {
        CAPTURE(name);
        CHECK(Parameter::create(name, RealRange{0, 1}));
    }
    for (const auto* name :
         {"", "-x", "--", "a b", "a=b", "a\nb", "\"", "naïve", "$x", "a;b", "*"}) {
        CAPTURE(name);
        const auto parameter = Parameter::create(name, RealRange{0, 1});
        REQUIRE_FALSE(parameter);
        CHECK(parameter.error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("a real range has finite bounds in order", "[parameter]") {
    CHECK(problem_of(RealRange{-1, 1}).empty());
    CHECK(problem_of(RealRange{2, 2}).empty());
    CHECK(problem_of(RealRange{512, 8}) == "maxValue 8 is less than minValue 512 (parameter x)");
    for (const double bad : {kNan, kInfinity, -kInfinity}) {
        CAPTURE(bad);
        CHECK_FALSE(problem_of(RealRange{bad, 1}).empty());
        CHECK_FALSE(problem_of(RealRange{0, bad}).empty());
    }
    CHECK_FALSE(problem_of(RealRange{-1e308, 1e308}).empty());
}

TEST_CASE("a scale other than linear needs positive values", "[parameter]") {
    for (const Scale scale : {Scale::log, Scale::reverse_log}) {
        CHECK(problem_of(RealRange{1e-300, 1, scale}).empty());
        CHECK(problem_of(IntegerRange{1, 8, scale}).empty());
        CHECK(problem_of(DiscreteValues{{1, 8}, scale}).empty());
        CHECK_FALSE(problem_of(RealRange{0, 1, scale}).empty());
        CHECK_FALSE(problem_of(RealRange{-1, 1, scale}).empty());
        CHECK_FALSE(problem_of(IntegerRange{0, 8, scale}).empty());
        CHECK_FALSE(problem_of(DiscreteValues{{0, 8}, scale}).empty());
    }
    CHECK(
        problem_of(IntegerRange{0, 8, Scale::log}) ==
        "a log scale needs a strictly positive range; the smallest value is 0 (parameter x)"
    );
}

TEST_CASE("an integer range has bounds in order", "[parameter]") {
    CHECK(problem_of(IntegerRange{-3, 3}).empty());
    CHECK(problem_of(IntegerRange{3, 3}).empty());
    CHECK_FALSE(problem_of(IntegerRange{4, 3}).empty());
}

TEST_CASE("a discrete list is not empty and strictly ascends", "[parameter]") {
    CHECK(problem_of(DiscreteValues{{0.5}, Scale::linear}).empty());
    CHECK(problem_of(DiscreteValues{{-1, 0, 1e-3}, Scale::linear}).empty());
    CHECK_FALSE(problem_of(DiscreteValues{}).empty());
    CHECK_FALSE(problem_of(DiscreteValues{{1, 1}, Scale::linear}).empty());
    CHECK_FALSE(problem_of(DiscreteValues{{2, 1}, Scale::linear}).empty());
    CHECK_FALSE(problem_of(DiscreteValues{{1, kNan}, Scale::linear}).empty());
    CHECK_FALSE(problem_of(DiscreteValues{{1, kInfinity}, Scale::linear}).empty());
    // Closer than Vizier can tell apart.
    CHECK_FALSE(problem_of(DiscreteValues{{1, 1 + 1e-11}, Scale::linear}).empty());
}

TEST_CASE("a discrete list is not wider than a double can say", "[parameter]") {
    CHECK(problem_of(DiscreteValues{{-8e307, 0, 8e307}, Scale::linear}).empty());
    CHECK(
        problem_of(DiscreteValues{{-1e308, 0, 1e308}, Scale::linear}) ==
        "the range from -1e+308 to 1e+308 is too wide for a double (parameter x)"
    );
}

TEST_CASE("categories are distinct printable texts", "[parameter]") {
    CHECK(problem_of(Categories{{"adam", "sgd", "", "mit Umlaut ä"}}).empty());
    CHECK_FALSE(problem_of(Categories{}).empty());
    CHECK(
        problem_of(Categories{{"a", "b", "a"}}) == "category \"a\" is listed twice (parameter x)"
    );
    for (const auto* text : {"a\nb", "\t", "\x7f", "\x01"}) {
        CAPTURE(text);
        CHECK_FALSE(problem_of(Categories{{text}}).empty());
    }
}

TEST_CASE("a default is a value of its domain", "[parameter]") {
    CHECK(problem_of(IntegerRange{1, 9}, std::int64_t{9}).empty());
    CHECK(
        problem_of(IntegerRange{1, 9}, 9.0) ==
        "the default 9 is not one of its values (parameter x)"
    );
    CHECK_FALSE(problem_of(RealRange{0, 1}, 1.5).empty());
    CHECK_FALSE(problem_of(Categories{{"a"}}, std::string("b")).empty());
}

TEST_CASE("a condition without a value is refused", "[parameter]") {
    CHECK_FALSE(Parameter::create("x", RealRange{0, 1}, std::nullopt, Condition{"model", {}}));
}

TEST_CASE("a domain contains its bounds and values of its own type only", "[parameter]") {
    const Domain real = RealRange{0, 1};
    const Domain integer = IntegerRange{0, 1};
    const Domain discrete = DiscreteValues{{0, 1}, Scale::linear};
    const Domain category = Categories{{"0", "1"}};
    const ParameterValue one = 1.0;
    const ParameterValue one_integer = std::int64_t{1};
    const ParameterValue one_text = std::string("1");
    CHECK(contains(real, one));
    CHECK(contains(discrete, one));
    CHECK(contains(integer, one_integer));
    CHECK(contains(category, one_text));
    for (const auto& value : {one_integer, one_text}) {
        CHECK_FALSE(contains(real, value));
        CHECK_FALSE(contains(discrete, value));
    }
    CHECK_FALSE(contains(integer, one));
    CHECK_FALSE(contains(category, one));
    for (const double outside : {-0.001, 1.001, kNan, kInfinity}) {
        CHECK_FALSE(contains(real, outside));
        CHECK_FALSE(contains(discrete, outside));
    }
    CHECK_FALSE(contains(integer, std::int64_t{2}));
    CHECK_FALSE(contains(integer, std::int64_t{-1}));
    CHECK_FALSE(contains(category, std::string("")));
}

TEST_CASE("only a real range with room in it has infinitely many values", "[parameter]") {
    CHECK_FALSE(count_values(RealRange{0, 1}));
    CHECK(count_values(RealRange{2, 2}) == 1);
    CHECK(count_values(IntegerRange{-2, 2}) == 5);
    CHECK(count_values(DiscreteValues{{1, 2, 4}, Scale::linear}) == 3);
    CHECK(count_values(Categories{{"a", "b"}}) == 2);
}

TEST_CASE("a domain is described for people", "[parameter]") {
    CHECK(describe(RealRange{1e-5, 0.1, Scale::log}) == "real 1e-05 to 0.1, log scale");
    CHECK(describe(IntegerRange{8, 512}) == "integer 8 to 512");
    CHECK(
        describe(DiscreteValues{{1, 2.5}, Scale::reverse_log}) == "one of 1, 2.5, reverse log scale"
    );
    CHECK(describe(Categories{{"adam", "sgd"}}) == "one of adam, sgd");
}

TEST_CASE("a trainer gets a double as the legacy service wrote it", "[parameter]") {
    CHECK(to_flag_text(5.946473377484674e-05) == "5.9464733774846743e-05");
    CHECK(to_flag_text(0.1) == "0.10000000000000001");
    CHECK(to_flag_text(511.0) == "511");
    CHECK(to_flag_text(std::int64_t{-7}) == "-7");
    CHECK(to_flag_text(std::string("two words")) == "two words");
}

TEST_CASE("people get the shortest text of a value", "[parameter]") {
    CHECK(to_display_text(0.1) == "0.1");
    CHECK(to_display_text(511.0) == "511");
    CHECK(to_display_text(std::int64_t{512}) == "512");
    CHECK(to_display_text(std::string("adam")) == "adam");
}

TEST_CASE("every double is read back from its texts exactly", "[parameter][property]") {
    Rng rng(1, "texts");
    for (int i = 0; i < 10'000; ++i) {
        const auto value = std::bit_cast<double>(rng.next());
        if (!std::isfinite(value)) {
            continue;
        }
        REQUIRE(std::strtod(to_flag_text(value).c_str(), nullptr) == value);
        REQUIRE(std::strtod(to_display_text(value).c_str(), nullptr) == value);
    }
}
