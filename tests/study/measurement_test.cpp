#include "tuner/study/measurement.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Objective kRmse{"rmse", Goal::minimize};
const Objective kAccuracy{"rmse", Goal::maximize};

struct Reported {
    std::int64_t step;
    double value;
};

// The position of the measurement chosen among those of "rmse"; -1 for none.
std::ptrdiff_t chosen(
    const std::vector<Reported>& reported,
    MeasurementSelection selection,
    Objective objective = kRmse
) {
    std::vector<Measurement> measurements;
    for (const Reported& one : reported) {
        measurements.push_back({one.step, {{"rmse", one.value}}});
    }
    const Measurement* found = select_measurement(measurements, objective, selection);
    return found == nullptr ? -1 : found - measurements.data();
}

}  // namespace

TEST_CASE("a measurement gives a metric by name or nothing", "[measurement]") {
    const Measurement measurement{3, {{"rmse", 1.5}, {"mae", 1.0}}};
    CHECK(measurement.find("mae") == 1.0);
    CHECK_FALSE(measurement.find("loss"));
    CHECK_FALSE(Measurement{}.find(""));
}

TEST_CASE("better is strict and NaN never is", "[measurement]") {
    CHECK(is_better(Goal::minimize, 1, 2));
    CHECK_FALSE(is_better(Goal::minimize, 2, 1));
    CHECK(is_better(Goal::maximize, 2, 1));
    for (const Goal goal : {Goal::minimize, Goal::maximize}) {
        CHECK_FALSE(is_better(goal, 1, 1));
        CHECK_FALSE(is_better(goal, kNan, 1));
        CHECK_FALSE(is_better(goal, 1, kNan));
    }
}

TEST_CASE("the last measurement is the one of the largest step", "[measurement]") {
    using enum MeasurementSelection;
    CHECK(chosen({{100, 3}, {300, 2}, {200, 1}}, last) == 1);
    CHECK(chosen({{5, 3}}, last) == 0);
    CHECK(chosen({}, last) == -1);
    SECTION("the later report wins among equal steps") {
        CHECK(chosen({{0, 3}, {0, 1}, {0, 2}}, last) == 2);
    }
    SECTION("a last value that is no number is still the last") {
        CHECK(chosen({{1, 3}, {2, kNan}}, last) == 1);
    }
}

TEST_CASE("the best measurement follows the goal", "[measurement]") {
    using enum MeasurementSelection;
    CHECK(chosen({{1, 3}, {2, 1}, {3, 2}}, best) == 1);
    CHECK(chosen({{1, 3}, {2, 1}, {3, 2}}, best, kAccuracy) == 0);
    SECTION("the first of equals") {
        CHECK(chosen({{1, 2}, {2, 1}, {3, 1}}, best) == 1);
    }
    SECTION("values that are not finite count only when there is no other") {
        CHECK(chosen({{1, kNan}, {2, 5}, {3, kNan}}, best) == 1);
        CHECK(chosen({{1, -kInfinity}, {2, 5}}, best) == 1);
        CHECK(chosen({{1, 5}, {2, kInfinity}}, best, kAccuracy) == 0);
        CHECK(chosen({{1, kNan}, {2, kInfinity}}, best) == 0);
    }
}

TEST_CASE("measurements of other metrics are passed over", "[measurement]") {
    const std::vector<Measurement> measurements{
        {1, {{"rmse", 2}}}, {2, {{"loss", 1}}}, {3, {{"loss", 0}}}};
    for (const auto selection : {MeasurementSelection::last, MeasurementSelection::best}) {
        CHECK(select_measurement(measurements, kRmse, selection) == measurements.data());
        CHECK(select_measurement(measurements, {"auc", Goal::maximize}, selection) == nullptr);
    }
}
