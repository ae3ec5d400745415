#include "tuner/study/learning_curve.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

LearningCurve a_curve(
    std::initializer_list<std::pair<std::int64_t, double>> reports,
    Goal goal = Goal::minimize,
    MeasurementSelection selection = MeasurementSelection::last
) {
    LearningCurve curve(goal, selection);
    for (const auto& [step, value] : reports) {
        curve.add(step, value);
    }
    return curve;
}

}  // namespace

TEST_CASE("a curve knows the best value and the mean up to each point", "[curve]") {
    const LearningCurve curve = a_curve({{10, 4}, {20, 2}, {30, 3}});
    CHECK(curve.best() == 2);
    CHECK(curve.count() == 3);
    CHECK(curve.points() == std::vector<CurvePoint>{{10, 1, 4, 4}, {20, 2, 2, 3}, {30, 3, 3, 3}});
    CHECK(a_curve({{10, 4}, {20, 2}}, Goal::maximize).best() == 4);
}

TEST_CASE("the best so far is the curve where the best is the result", "[curve]") {
    const auto curve =
        a_curve({{1, 4}, {2, 2}, {3, 3}}, Goal::minimize, MeasurementSelection::best);
    CHECK(curve.points().back().value == 2);
}

TEST_CASE("a step that repeats takes the place of the last one", "[curve]") {
    const LearningCurve curve = a_curve({{1, 4}, {2, 9}, {2, 2}});
    CHECK(curve.points() == std::vector<CurvePoint>{{1, 1, 4, 4}, {2, 2, 2, 3}});
}

TEST_CASE("a step that goes back takes the place of what came after it", "[curve]") {
    const LearningCurve curve = a_curve({{1, 4}, {2, 3}, {3, 1}, {2, 2}});
    CHECK(curve.points() == std::vector<CurvePoint>{{1, 1, 4, 4}, {2, 2, 2, 3}});
    CHECK(curve.best() == 1);
    CHECK(a_curve({{5, 4}, {0, 2}}).points() == std::vector<CurvePoint>{{0, 1, 2, 2}});
}

TEST_CASE("values that are not finite leave no point", "[curve]") {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const LearningCurve curve = a_curve({{1, kNan}, {2, 3}, {3, -kInfinity}});
    CHECK(curve.points() == std::vector<CurvePoint>{{2, 1, 3, 3}});
    CHECK(curve.best() == 3);
    CHECK(a_curve({{1, kNan}}).count() == 0);
    CHECK_FALSE(a_curve({{1, kNan}}).best());
}

TEST_CASE("a million reports leave a few points, the first and the last among them", "[curve]") {
    LearningCurve curve(Goal::minimize, MeasurementSelection::last);
    double sum = 0;
    for (std::int64_t step = 1; step <= 1'000'000; ++step) {
        const double value = 1 / static_cast<double>(step);
        sum += value;
        curve.add(step, value);
        REQUIRE(curve.points().size() <= kMaxCurvePoints);
    }
    CHECK(curve.points().size() >= kMaxCurvePoints / 2);
    CHECK(curve.points().front().step == 1);
    CHECK(curve.points().back().step == 1'000'000);
    CHECK(curve.count() == 1'000'000);
    CHECK(curve.points().back().mean == Approx(sum / 1e6));
    for (std::size_t i = 1; i < curve.points().size(); ++i) {
        CHECK(curve.points()[i - 1].step < curve.points()[i].step);
    }
}
