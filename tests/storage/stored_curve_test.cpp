#include "tuner/storage/stored_curve.h"

#include "tuner/study/thinning.h"

#include <catch2/catch.hpp>

namespace tuner {

namespace {

const std::vector<Objective> kLoss{{"loss", Goal::minimize}};
const std::string kLossName = "loss";
const std::string kOtherName = "other";

// As rows of one step come: by metric, then by value, so the last one said is the first.
std::vector<Measurement> curve_of_one_step(std::int64_t count) {
    StoredCurve curve(kLoss);
    for (const std::string* name : {&kLossName, &kOtherName}) {
        const std::int64_t position = name == &kLossName ? 0 : 1;
        for (std::int64_t i = 0; i < count; ++i) {
            curve.add({count - 1 - i, position, 7, name, static_cast<double>(i)});
        }
    }
    return curve.take();
}

}  // namespace

TEST_CASE("measurements of one step are whole and in order of arrival", "[storage]") {
    const std::vector<Measurement> curve = curve_of_one_step(3);
    const std::vector<Measurement> expected = {
        {7, {{"loss", 2}, {"other", 2}}},
        {7, {{"loss", 1}, {"other", 1}}},
        {7, {{"loss", 0}, {"other", 0}}}};
    CHECK(curve == expected);
}

TEST_CASE("a step without an end is thinned before it ends", "[storage]") {
    const std::int64_t count = StoredCurve::kMostRowsOfAStep * 3 / 4;
    const std::vector<Measurement> curve = curve_of_one_step(count);
    CHECK(curve.size() < 2 * kHeldMeasurements);
    const Measurement* best = select_measurement(curve, kLoss.front(), MeasurementSelection::best);
    REQUIRE(best != nullptr);
    CHECK(best->find("loss") == 0);
    const Measurement* last = select_measurement(curve, kLoss.front(), MeasurementSelection::last);
    CHECK(last == best);  // the one that was said last
    CHECK(curve.back().find("loss") == 0);
}

}  // namespace tuner
