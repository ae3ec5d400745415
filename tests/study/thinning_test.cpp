#include "tuner/study/thinning.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

namespace tuner {

namespace {

const std::vector<Objective> kLoss{{"loss", Goal::minimize}};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<Measurement> falling(std::int64_t count) {
    std::vector<Measurement> curve;
    for (std::int64_t step = 1; step <= count; ++step) {
        curve.push_back({step, {{"loss", 1.0 / static_cast<double>(step)}}});
    }
    return curve;
}

// As a trial's measurements grow.
std::vector<Measurement> grown(const std::vector<Measurement>& all) {
    std::vector<Measurement> held;
    for (const Measurement& measurement : all) {
        held.push_back(measurement);
        thin_out_if_long(held, kLoss);
        REQUIRE(held.size() < 2 * kHeldMeasurements);
    }
    return held;
}

// Both rules choose of what is held what they would choose of all.
void check_choice(const std::vector<Measurement>& all) {
    const std::vector<Measurement> held = grown(all);
    for (const auto selection : {MeasurementSelection::last, MeasurementSelection::best}) {
        const Measurement* chosen = select_measurement(held, kLoss.front(), selection);
        REQUIRE(chosen != nullptr);
        CHECK(*chosen == *select_measurement(all, kLoss.front(), selection));
    }
}

}  // namespace

TEST_CASE("a short curve is not thinned", "[thinning]") {
    const auto all = falling(2 * kHeldMeasurements - 1);
    CHECK(grown(all) == all);
}

TEST_CASE("a long curve keeps its ends and points spread over its steps", "[thinning]") {
    const auto held = grown(falling(100'000));
    CHECK(held.size() > kHeldMeasurements / 4);
    CHECK(held.front().step == 1);
    CHECK(held.back().step == 100'000);
    CHECK(std::is_sorted(held.begin(), held.end(), [](const auto& a, const auto& b) {
        return a.step < b.step;
    }));
    std::int64_t widest = 0;
    for (std::size_t i = 1; i < held.size(); ++i) {
        widest = std::max(widest, held[i].step - held[i - 1].step);
    }
    CHECK(widest <= 1'024);
}

TEST_CASE("thinning changes no choice of a result", "[thinning]") {
    std::vector<Measurement> all = falling(5'000);
    SECTION("of a falling curve") {}
    SECTION("when the best comes once, early, and twice") {
        all[70].metrics.front().value = -1;
        all[3'000].metrics.front().value = -1;
    }
    SECTION("when the largest step comes early") {
        all[70].step = 1'000'000;
    }
    SECTION("when all are at one step") {
        for (Measurement& measurement : all) {
            measurement.step = 7;
        }
    }
    SECTION("when steps are far apart") {
        all[10].step = std::numeric_limits<std::int64_t>::max();
        all[11].step = 0;
    }
    SECTION("when some are no numbers") {
        for (std::size_t i = 0; i < all.size(); i += 3) {
            all[i].metrics.front().value = i == 0 ? kNan : std::numeric_limits<double>::infinity();
        }
    }
    SECTION("when it is one of many metrics") {
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].metrics.front().name = i == 40 ? "loss" : "metric" + std::to_string(i % 300);
        }
    }
    check_choice(all);
}

TEST_CASE("the names of metrics outlive thinning", "[thinning]") {
    std::vector<Measurement> all = falling(5'000);
    all[123].metrics.push_back({"accuracy", 0.5});
    const auto held = grown(all);
    CHECK(std::any_of(held.begin(), held.end(), [](const Measurement& measurement) {
        return measurement.find("accuracy").has_value();
    }));
}

TEST_CASE("each metric keeps a curve of its own", "[thinning]") {
    std::vector<Measurement> all;
    for (std::int64_t step = 1; step <= 5'000; ++step) {
        all.push_back({step, {{"loss", 1}}});
        all.push_back({step, {{"accuracy", 0.5}}});
    }
    const auto held = grown(all);
    const auto losses = std::count_if(held.begin(), held.end(), [](const auto& measurement) {
        return measurement.find("loss").has_value();
    });
    CHECK(losses >= std::ssize(held) / 3);
    CHECK(losses <= 2 * std::ssize(held) / 3);
}

}  // namespace tuner
