#include "trainer/flags.h"

#include "trainer/errors.h"

#include <array>

#include <catch2/catch.hpp>

using trainer::Flags;
using trainer::FlagSpec;
using trainer::Takes;
using trainer::UsageError;
using Words = std::vector<std::string>;

namespace {

constexpr std::array kSpecs = std::to_array<FlagSpec>({
    {"--size", Takes::one, "a number"},
    {"--layers", Takes::some, "numbers"},
    {"--switch", Takes::nothing, "a switch"},
    {"--job-dir", Takes::one, "a path"},
});

Flags parse(const Words& args) {
    return Flags(kSpecs, args);
}

std::int64_t size_of(const Words& args) {
    return parse(args).integer("--size", 7, {-10, 512});
}

std::vector<int> layers_of(const Words& args) {
    return parse(args).integers("--layers", {1, 2}, {1, 1'000});
}

}  // namespace

TEST_CASE("a value follows after an equals sign or as the next word", "[flags]") {
    CHECK(size_of({"--size=12"}) == 12);
    CHECK(size_of({"--size", "12"}) == 12);
    CHECK(size_of({}) == 7);
    CHECK(size_of({"--size", "-3"}) == -3);
    CHECK(parse({"--job-dir=a=b"}).text("--job-dir", "") == "a=b");
}

TEST_CASE("a later flag wins over an earlier one", "[flags]") {
    CHECK(size_of({"--size=128", "--size", "40"}) == 40);
    CHECK(layers_of({"--layers", "128", "32", "4", "--layers=281"}) == std::vector{281});
}

TEST_CASE("a flag for several values takes words up to the next flag", "[flags]") {
    CHECK(layers_of({"--layers", "128", "32", "4", "--size=3"}) == std::vector{128, 32, 4});
    CHECK(layers_of({"--layers=281"}) == std::vector{281});
    CHECK(layers_of({}) == std::vector{1, 2});
}

TEST_CASE("unknown flags and stray words are all named", "[flags]") {
    CHECK_THROWS_WITH(
        parse({"--sise=3", "stray", "--size=1"}), "unrecognized arguments: --sise=3 stray"
    );
    CHECK_THROWS_AS(parse({"--layers=1", "2"}), UsageError);
    CHECK_THROWS_AS(parse({"-s"}), UsageError);
}

TEST_CASE("values that do not fit are named with their flag", "[flags]") {
    CHECK_THROWS_WITH(size_of({"--size=512.0"}), "argument --size: invalid int value: '512.0'");
    CHECK_THROWS_WITH(size_of({"--size="}), "argument --size: invalid int value: ''");
    CHECK_THROWS_WITH(size_of({"--size"}), "argument --size: expected a value");
    CHECK_THROWS_WITH(size_of({"--size", "--switch"}), "argument --size: expected a value");
    CHECK_THROWS_WITH(parse({"--switch=1"}), "argument --switch: takes no value");
    CHECK(size_of({"--size=512"}) == 512);
    CHECK_THROWS_WITH(size_of({"--size=513"}), "argument --size: 513 is not between -10 and 512");
    CHECK_THROWS_AS(layers_of({"--layers", "4", "0"}), UsageError);
    CHECK_THROWS_AS(size_of({"--size=99999999999999999999"}), UsageError);
}

TEST_CASE("a rate is a finite number above zero", "[flags]") {
    const auto rate = [](const std::string& text) {
        return parse({"--size=" + text}).positive("--size", 1);
    };
    CHECK(rate("0.05") == 0.05);
    CHECK(rate("1e-3") == 0.001);
    for (const char* wrong : {"0", "-1", "nan", "inf", "fast"}) {
        CHECK_THROWS_AS(rate(wrong), UsageError);
    }
}
