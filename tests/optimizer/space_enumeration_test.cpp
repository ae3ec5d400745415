#include "tuner/optimizer/space_enumeration.h"

#include "tests/support/builders.h"

#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("every assignment of a conditional space is numbered once", "[space_enumeration]") {
    const SearchSpace space = a_space(
        {parameter("model", Categories{{"mlp", "svm", "tree"}}),
         when("model", {std::string("mlp")}, parameter("layers", IntegerRange{1, 3})),
         when(
             "layers",
             {ParameterValue(std::int64_t{2}), ParameterValue(std::int64_t{3})},
             parameter("width", DiscreteValues{{16, 32}, Scale::linear})
         ),
         when("model", {std::string("svm")}, parameter("c", IntegerRange{1, 5})),
         parameter("flag", Categories{{"on", "off"}})}
    );
    const auto all = SpaceEnumeration::create(space);
    REQUIRE(all);
    CHECK(all->size() == (1 + 2 + 2 + 5 + 1) * 2);
    CHECK(all->size() == *space.size());
    std::set<std::string> keys;
    for (std::uint64_t i = 0; i < all->size(); ++i) {
        const Assignment assignment = all->at(i);
        CHECK(space.check(assignment).has_value());
        CHECK(space.in_order(assignment) == assignment);
        keys.insert(assignment.canonical_key());
    }
    CHECK(keys.size() == all->size());
}

TEST_CASE("the last parameter of an enumeration is the fastest", "[space_enumeration]") {
    const SearchSpace space =
        a_space({parameter("a", IntegerRange{1, 2}), parameter("b", IntegerRange{1, 3})});
    const auto all = SpaceEnumeration::create(space);
    REQUIRE(all);
    CHECK(std::get<std::int64_t>(*all->at(1).find("b")) == 2);
    CHECK(std::get<std::int64_t>(*all->at(1).find("a")) == 1);
    CHECK(std::get<std::int64_t>(*all->at(3).find("a")) == 2);
}

TEST_CASE("a huge space is numbered without being made", "[space_enumeration]") {
    std::vector<Parameter> parameters;
    for (int i = 0; i < 6; ++i) {
        parameters.push_back(parameter(fmt::format("n{}", i), IntegerRange{0, 999}));
    }
    const SearchSpace space = a_space(parameters);
    const auto all = SpaceEnumeration::create(space);
    REQUIRE(all);
    CHECK(all->size() == 1'000'000'000'000'000'000ULL);
    CHECK(std::get<std::int64_t>(*all->at(all->size() - 1).find("n0")) == 999);
    CHECK(std::get<std::int64_t>(*all->at(123'456).find("n4")) == 123);
}

TEST_CASE("an infinite space cannot be numbered", "[space_enumeration]") {
    const SearchSpace space = a_space({parameter("x", RealRange{0, 1})});
    CHECK_FALSE(SpaceEnumeration::create(space));
}
