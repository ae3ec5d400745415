#include "tuner/study/assignment.h"

#include "tuner/base/random.h"

#include <set>

#include <catch2/catch.hpp>

using tuner::Assignment;
using tuner::ParameterValue;
using Entries = std::vector<Assignment::Entry>;

namespace {

ParameterValue integer(std::int64_t value) {
    return value;
}

std::string key(Entries entries) {
    return Assignment(std::move(entries)).canonical_key();
}

}  // namespace

TEST_CASE("a value is found by the name of its parameter", "[assignment]") {
    const Assignment assignment({{"lr", 0.1}, {"layers", integer(3)}});
    REQUIRE(assignment.find("layers") != nullptr);
    CHECK(*assignment.find("layers") == integer(3));
    CHECK(assignment.find("dropout") == nullptr);
    CHECK(Assignment().find("") == nullptr);
}

TEST_CASE("a trainer gets one flag for each value in order", "[assignment]") {
    const Assignment assignment({{"nnsize", integer(511)}, {"lr", 0.5}, {"opt", "a b=c"}});
    CHECK(
        to_flags(assignment) == std::vector<std::string>{"--nnsize=511", "--lr=0.5", "--opt=a b=c"}
    );
}

TEST_CASE("the canonical key does not depend on the order", "[assignment]") {
    CHECK(key({{"a", 1.0}, {"b", 2.0}}) == key({{"b", 2.0}, {"a", 1.0}}));
    CHECK(key({{"a", 1.0}, {"b", 2.0}}) != key({{"a", 2.0}, {"b", 1.0}}));
}

TEST_CASE("the canonical key tells types apart", "[assignment]") {
    const std::set<std::string> keys{
        key({{"x", 1.0}}), key({{"x", integer(1)}}), key({{"x", std::string("1")}}), key({})};
    CHECK(keys.size() == 4);
}

TEST_CASE("zero and minus zero are one point", "[assignment]") {
    CHECK(Assignment({{"x", 0.0}}) == Assignment({{"x", -0.0}}));
    CHECK(key({{"x", 0.0}}) == key({{"x", -0.0}}));
}

TEST_CASE("a fingerprint is equal for equal points and differs for others", "[assignment]") {
    const auto print = [](std::vector<Assignment::Entry> entries) {
        return Assignment(std::move(entries)).fingerprint();
    };
    CHECK(print({{"a", 1.0}, {"b", 2.0}}) == print({{"b", 2.0}, {"a", 1.0}}));
    CHECK(print({{"x", 0.0}}) == print({{"x", -0.0}}));
    const std::set<std::uint64_t> prints{
        print({}),
        print({{"x", 1.0}}),
        print({{"x", integer(1)}}),
        print({{"x", std::string("1")}}),
        print({{"y", 1.0}}),
        print({{"a", 1.0}, {"b", 2.0}}),
        print({{"a", 2.0}, {"b", 1.0}})};
    CHECK(prints.size() == 7);
}

TEST_CASE("a category cannot imitate another parameter in the canonical key", "[assignment]") {
    const std::string honest = key({{"a", std::string("1")}, {"b", std::string("2")}});
    CHECK(key({{"a", std::string("1\nb:2:1=2")}}) != honest);
}

TEST_CASE("neighbouring doubles have different canonical keys", "[assignment][property]") {
    tuner::Rng rng(1, "keys");
    for (int i = 0; i < 1'000; ++i) {
        const double value = rng.normal();
        REQUIRE(key({{"x", value}}) != key({{"x", std::nextafter(value, 1e9)}}));
        REQUIRE(key({{"x", value}}) == key({{"x", value}}));
    }
}
