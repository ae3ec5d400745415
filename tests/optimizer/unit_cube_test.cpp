#include "tuner/optimizer/unit_cube.h"

#include "tests/support/builders.h"
#include "tuner/optimizer/draw.h"

#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

// A model with knobs of its own, three levels deep.
SearchSpace tree() {
    return a_space(
        {parameter("model", Categories{{"mlp", "svm", "tree"}}),
         when(
             "model",
             {std::string("mlp")},
             parameter("optimizer", Categories{{"adam", "sgd", "ftrl"}})
         ),
         when("model", {std::string("mlp")}, parameter("layers", IntegerRange{1, 4})),
         when("optimizer", {std::string("sgd")}, parameter("momentum", RealRange{0, 1})),
         when("model", {std::string("svm")}, parameter("gamma", RealRange{0.1, 10, Scale::log})),
         parameter("seed", IntegerRange{7, 7})}
    );
}

}  // namespace

TEST_CASE("T-49 a drawn point has a value for exactly the active parameters", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    Rng rng(5, "cube");
    for (int i = 0; i < 10'000; ++i) {
        const Assignment assignment = cube.decode(cube.snap(draw_latent(cube, rng)));
        REQUIRE(space.check(assignment).has_value());
    }
}

TEST_CASE("points are equal exactly when assignments are", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    Rng rng(6, "cube");
    std::map<std::string, EncodedPoint> by_key;
    std::set<EncodedPoint> points;
    for (int i = 0; i < 2'000; ++i) {
        const EncodedPoint point = cube.snap(draw_latent(cube, rng));
        const Assignment assignment = cube.decode(point);
        CHECK(cube.encode(assignment) == point);
        const auto [entry, is_new] = by_key.emplace(assignment.canonical_key(), point);
        CHECK(entry->second == point);
        CHECK(points.insert(point).second == is_new);
    }
}

TEST_CASE("what is inactive does not tell points apart", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    // model, optimizer, layers, momentum, gamma
    const EncodedPoint a = cube.snap({2, 0, 0.1, 0.2, 0.3});
    const EncodedPoint b = cube.snap({2, 1, 0.9, 0.8, 0.7});
    CHECK(a == b);
    CHECK(cube.decode(a).entries().size() == 2);
    CHECK(cube.active_axes(a) == std::vector<bool>{true, false, false, false, false});
}

TEST_CASE("parameters under one condition share a column", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    CHECK(cube.axes().size() == 5);
    CHECK(cube.columns().size() == 5 + 3);  // mlp's, sgd's, svm's
    const EncodedPoint sgd = cube.snap({0, 1, 0, 0.25, 0.5});
    CHECK(sgd == EncodedPoint{0, 1, 0, 0.25, kInactiveNumber, 1, 1, 0});
    const EncodedPoint svm = cube.snap({1, 1, 0, 0.25, 0.5});
    CHECK(svm[1] == kInactiveChoice);
}

TEST_CASE("a parameter with one value has no axis and always its value", "[unit_cube]") {
    const SearchSpace space = a_space(
        {parameter("fixed", Categories{{"only"}}),
         when("fixed", {std::string("only")}, parameter("x", IntegerRange{1, 3}))}
    );
    const UnitCube cube(space);
    CHECK(cube.axes().size() == 1);
    const Assignment assignment = cube.decode(cube.snap({1.0}));
    CHECK(std::get<std::string>(*assignment.find("fixed")) == "only");
    CHECK(std::get<std::int64_t>(*assignment.find("x")) == 3);
}

TEST_CASE("namesakes under disjoint conditions are parameters of their own", "[unit_cube]") {
    const SearchSpace space = a_space(
        {parameter("model", Categories{{"a", "b"}}),
         when("model", {std::string("a")}, parameter("size", IntegerRange{1, 5})),
         when("model", {std::string("b")}, parameter("size", IntegerRange{100, 500}))}
    );
    const UnitCube cube(space);
    Rng rng(1, "names");
    for (int i = 0; i < 200; ++i) {
        const EncodedPoint point = cube.snap(draw_latent(cube, rng));
        REQUIRE(space.check(cube.decode(point)).has_value());
        CHECK(cube.encode(cube.decode(point)) == point);
    }
}

TEST_CASE("an assignment that does not fit the space has no point", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    CHECK_FALSE(cube.encode(Assignment()));
    CHECK_FALSE(cube.encode(Assignment({{"model", std::string("linear")}})));
    CHECK_FALSE(cube.encode(Assignment({{"model", std::string("svm")}})));
    CHECK_FALSE(cube.encode(Assignment({{"model", 1.5}})));
}

TEST_CASE("a latent point of an encoded one leads back to it", "[unit_cube]") {
    const SearchSpace space = tree();
    const UnitCube cube(space);
    Rng rng(9, "latent");
    for (int i = 0; i < 200; ++i) {
        const EncodedPoint point = cube.snap(draw_latent(cube, rng));
        CHECK(cube.snap(cube.to_latent(point, draw_latent(cube, rng))) == point);
    }
}
