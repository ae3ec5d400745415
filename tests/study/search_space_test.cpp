#include "tuner/study/search_space.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_space;
using test::parameter;
using test::when;

namespace {

using Entries = std::vector<Assignment::Entry>;

ParameterValue text(const char* value) {
    return std::string(value);
}

ParameterValue integer(std::int64_t value) {
    return value;
}

std::string problem_of(std::vector<Parameter> parameters) {
    const auto space = SearchSpace::create(std::move(parameters));
    return space ? "" : space.error().message;
}

std::string problem_of(const SearchSpace& space, Entries entries) {
    const auto fits = space.check(Assignment(std::move(entries)));
    return fits ? "" : fits.error().message;
}

Parameter model() {
    return parameter("model", Categories{{"linear", "deep", "wide"}});
}

Parameter layers() {
    return when("model", {text("deep"), text("wide")}, parameter("layers", IntegerRange{1, 3}));
}

Parameter dropout() {
    return when("layers", {integer(3)}, parameter("dropout", DiscreteValues{{0.1, 0.5}, {}}));
}

Parameter color(const char* model, std::vector<std::string> values) {
    return when("model", {text(model)}, parameter("color", Categories{std::move(values)}));
}

// model, layers below two of its values, dropout below one of theirs: 1 + 2 * (2 + 2) points.
SearchSpace a_tree() {
    return a_space({model(), layers(), dropout()});
}

}  // namespace

TEST_CASE("a space needs a parameter and each name once", "[search_space]") {
    CHECK(problem_of({}) == "a search space needs at least one parameter");
    CHECK(problem_of({model(), model()}) == "parameter model is declared twice");
    CHECK(problem_of({model(), layers(), dropout()}).empty());
}

TEST_CASE("a parent stands before its children and can have the value", "[search_space]") {
    CHECK_FALSE(problem_of({layers(), model()}).empty());
    CHECK_FALSE(problem_of({layers()}).empty());
    CHECK_FALSE(problem_of({when("x", {1.0}, parameter("x", RealRange{0, 1}))}).empty());
    CHECK_THAT(
        problem_of(
            {parameter("rate", RealRange{0, 1}),
             when("rate", {1.0}, parameter("x", RealRange{0, 1}))}
        ),
        Catch::Contains("a range of real numbers")
    );
    const Parameter impossible = when("model", {text("tall")}, parameter("x", RealRange{0, 1}));
    CHECK(
        problem_of({model(), impossible}) ==
        "parameter x depends on model = tall, which no parameter before it can have"
    );
    SECTION("a value of another type is another value") {
        const Parameter flag = parameter("flag", IntegerRange{0, 1});
        CHECK(problem_of({flag, when("flag", {integer(1)}, model())}).empty());
        CHECK_FALSE(problem_of({flag, when("flag", {1.0}, model())}).empty());
        CHECK_FALSE(problem_of({flag, when("flag", {text("1")}, model())}).empty());
    }
}

TEST_CASE("a name may return only where the other one cannot be active", "[search_space]") {
    CHECK(problem_of({model(), color("deep", {"red"}), color("wide", {"blue"})}).empty());
    CHECK_FALSE(problem_of({model(), color("deep", {"red"}), color("deep", {"blue"})}).empty());
    CHECK_FALSE(
        problem_of({model(), color("deep", {"a"}), parameter("color", RealRange{0, 1})}).empty()
    );
    CHECK_FALSE(
        problem_of({model(), color("deep", {"a"}), color("wide", {"a"}), color("deep", {"b"})})
            .empty()
    );
}

TEST_CASE("a child stands behind every namesake of its parent", "[search_space]") {
    const Parameter shade = when("color", {text("red")}, parameter("shade", RealRange{0, 1}));
    const Parameter red = color("deep", {"red"});
    CHECK(problem_of({model(), red, color("wide", {"red"}), shade}).empty());
    CHECK(problem_of({model(), red, shade, color("wide", {"blue"})}).empty());
    CHECK(
        problem_of({model(), red, shade, color("wide", {"red"})}) ==
        "parameter shade depends on color, which is declared again after it"
    );
}

TEST_CASE("a space knows whether it is conditional", "[search_space]") {
    CHECK(a_tree().is_conditional());
    CHECK_FALSE(a_space().is_conditional());
}

TEST_CASE("a parameter is active where all its ancestors allow it", "[search_space]") {
    const SearchSpace tree = a_tree();
    const Assignment linear({{"model", text("linear")}});
    const Assignment deep({{"model", text("deep")}, {"layers", integer(3)}});
    const Assignment shallow({{"model", text("deep")}, {"layers", integer(2)}});
    CHECK(tree.is_active(0, {}));
    CHECK_FALSE(tree.is_active(1, linear));
    CHECK_FALSE(tree.is_active(2, linear));
    CHECK(tree.is_active(1, deep));
    CHECK(tree.is_active(2, deep));
    CHECK_FALSE(tree.is_active(2, shallow));
}

TEST_CASE("an assignment has a value for exactly the active parameters", "[search_space]") {
    const SearchSpace tree = a_tree();
    CHECK(problem_of(tree, {{"model", text("linear")}}).empty());
    CHECK(problem_of(tree, {{"layers", integer(2)}, {"model", text("deep")}}).empty());
    CHECK(problem_of(tree, {}) == "parameter model has no value");
    CHECK(problem_of(tree, {{"model", text("deep")}}) == "parameter layers has no value");
    CHECK(
        problem_of(tree, {{"model", text("deep")}, {"layers", integer(4)}}) ==
        "parameter layers cannot be 4; it is integer 1 to 3"
    );
    CHECK(
        problem_of(tree, {{"model", text("linear")}, {"size", 1.0}}) == "there is no parameter size"
    );
    CHECK_FALSE(problem_of(tree, {{"model", text("linear")}, {"layers", integer(1)}}).empty());
    CHECK_FALSE(problem_of(tree, {{"model", text("linear")}, {"model", text("linear")}}).empty());
    SECTION("a grandchild does not make its inactive parent active") {
        CHECK_FALSE(problem_of(
                        tree, {{"model", text("linear")}, {"layers", integer(3)}, {"dropout", 0.1}}
        ).empty());
    }
}

TEST_CASE("of two parameters of one name the active one is checked", "[search_space]") {
    const SearchSpace space = a_space({model(), color("deep", {"red"}), color("wide", {"blue"})});
    CHECK(problem_of(space, {{"model", text("deep")}, {"color", text("red")}}).empty());
    CHECK(problem_of(space, {{"model", text("wide")}, {"color", text("blue")}}).empty());
    CHECK_FALSE(problem_of(space, {{"model", text("wide")}, {"color", text("red")}}).empty());
}

TEST_CASE("an assignment is put in the order of its space", "[search_space]") {
    const Assignment mixed(
        {{"what", 1.0}, {"dropout", 0.1}, {"layers", integer(3)}, {"model", text("deep")}}
    );
    CHECK(
        a_tree().in_order(mixed) ==
        Assignment(
            {{"model", text("deep")}, {"layers", integer(3)}, {"dropout", 0.1}, {"what", 1.0}}
        )
    );
}

TEST_CASE("a finite space knows its size", "[search_space]") {
    CHECK(a_space({parameter("x", IntegerRange{1, 3})}).size() == 3);
    CHECK(a_space().size() == 505ULL * 28 * 449);
    CHECK(a_space({parameter("x", RealRange{0, 1})}).size() == std::nullopt);
    CHECK(a_space({parameter("x", RealRange{1, 1}), model()}).size() == 3);
    CHECK(a_tree().size() == 9);
    CHECK(a_space({model(), color("deep", {"a", "b"}), color("wide", {"c"})}).size() == 4);
    SECTION("a real parameter makes it infinite even below a condition") {
        const Parameter rate = when("model", {text("deep")}, parameter("rate", RealRange{0, 1}));
        CHECK_FALSE(a_space({model(), rate}).size());
    }
}

TEST_CASE("a long chain of conditions does not take for ever to count", "[search_space]") {
    std::vector<Parameter> chain{parameter("p0", IntegerRange{0, 1})};
    for (std::size_t i = 1; i < kMaxParameters; ++i) {
        chain.push_back(when(
            chain.back().name(),
            {integer(0), integer(1)},
            parameter("p" + std::to_string(i), IntegerRange{0, 1})
        ));
    }
    CHECK_FALSE(a_space(chain).size());
    chain.resize(60, chain.front());
    CHECK(a_space(chain).size() == std::uint64_t{1} << 60);
}

TEST_CASE("a parent with very many values is counted too", "[search_space]") {
    const Parameter wide = parameter("wide", IntegerRange{1, kMaxInteger});
    const Parameter child =
        when("wide", {integer(7), integer(7)}, parameter("x", IntegerRange{1, 5}));
    CHECK(a_space({wide, child}).size() == static_cast<std::uint64_t>(kMaxInteger) + 4);
}

TEST_CASE("the size of a space never overflows", "[search_space]") {
    const auto wide = [](const char* name, std::int64_t bits) {
        return parameter(name, IntegerRange{1, std::int64_t{1} << bits});
    };
    CHECK(a_space({wide("a", 31), wide("b", 31)}).size() == std::uint64_t{1} << 62);
    CHECK_FALSE(a_space({wide("a", 31), wide("b", 31), wide("c", 1)}).size());
    CHECK_FALSE(a_space({wide("a", 53), wide("b", 53), wide("c", 53)}).size());
    SECTION("nor does a sum over the values of a parent") {
        const Parameter both = parameter("both", IntegerRange{0, 1});
        const Parameter x = when("both", {integer(0)}, wide("x", 31));
        const Parameter y = when("both", {integer(0)}, wide("y", 31));
        CHECK(a_space({both, x}).size() == (std::uint64_t{1} << 31) + 1);
        CHECK_FALSE(a_space({both, x, y}).size());
    }
}

namespace {

std::vector<ParameterValue> values_of(const Domain& domain) {
    std::vector<ParameterValue> values;
    if (const auto* integers = std::get_if<IntegerRange>(&domain)) {
        for (std::int64_t value = integers->min; value <= integers->max; ++value) {
            values.emplace_back(value);
        }
    } else {
        for (const std::string& value : std::get<Categories>(domain).values) {
            values.emplace_back(value);
        }
    }
    return values;
}

// A space of integers and categories whose conditions name values of parameters before them.
SearchSpace random_space(Rng& rng) {
    std::vector<Parameter> parameters;
    const std::size_t count = 1 + rng.below(6);
    for (std::size_t i = 0; i < count; ++i) {
        const auto most = static_cast<std::int64_t>(rng.below(3));
        const std::string name = "p" + std::to_string(i);
        Parameter next = rng.below(2) == 0 ? parameter(name, IntegerRange{0, most})
                                           : parameter(name, Categories{{"a", "b"}});
        if (i > 0 && rng.below(2) == 0) {
            const Parameter& parent = parameters[rng.below(i)];
            std::vector<ParameterValue> values = values_of(parent.domain());
            values.resize(1 + rng.below(values.size()));
            next = when(parent.name(), std::move(values), next);
        }
        parameters.push_back(std::move(next));
    }
    return a_space(std::move(parameters));
}

// Every point of the space, by brute force from the first parameter on.
std::vector<Assignment> all_points(const SearchSpace& space) {
    std::vector<Assignment> points{Assignment()};
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
        std::vector<Assignment> longer;
        for (const Assignment& point : points) {
            if (!space.is_active(i, point)) {
                longer.push_back(point);
                continue;
            }
            for (const ParameterValue& value : values_of(space.parameters()[i].domain())) {
                Entries entries = point.entries();
                entries.emplace_back(space.parameters()[i].name(), value);
                longer.emplace_back(std::move(entries));
            }
        }
        points = std::move(longer);
    }
    return points;
}

}  // namespace

TEST_CASE("the size is the number of points that the space accepts", "[search_space][property]") {
    Rng rng(1, "spaces");
    for (int round = 0; round < 300; ++round) {
        const SearchSpace space = random_space(rng);
        const std::vector<Assignment> points = all_points(space);
        REQUIRE(space.size() == points.size());
        std::set<std::string> keys;
        for (const Assignment& point : points) {
            REQUIRE(space.check(point));
            keys.insert(point.canonical_key());
        }
        REQUIRE(keys.size() == points.size());
    }
}

TEST_CASE("a point with a value too many or too few is refused", "[search_space][property]") {
    Rng rng(2, "spaces");
    for (int round = 0; round < 100; ++round) {
        const SearchSpace space = random_space(rng);
        for (const Assignment& point : all_points(space)) {
            Entries fewer = point.entries();
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(rng.below(fewer.size())));
            REQUIRE_FALSE(space.check(Assignment(fewer)));
            Entries more = point.entries();
            more.push_back(more[rng.below(more.size())]);
            REQUIRE_FALSE(space.check(Assignment(more)));
            Entries reversed = point.entries();
            std::reverse(reversed.begin(), reversed.end());
            REQUIRE(space.in_order(Assignment(reversed)) == point);
        }
    }
}
