#include "trainer/natality.h"

#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using trainer::Birth;
using trainer::Plurality;
using trainer::Purpose;
using trainer::Random;
using trainer::Sex;
using trainer::TrueBirth;

namespace {

std::vector<TrueBirth> draw(int count) {
    Random random(1, Purpose::births);
    std::vector<TrueBirth> births;
    for (int i = 0; i < count; ++i) {
        births.push_back(trainer::draw_birth(random));
    }
    return births;
}

const std::vector<TrueBirth>& sample() {
    static const std::vector<TrueBirth> births = draw(200'000);
    return births;
}

// Mean and co-moments of two columns.
struct Moments {
    double count = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

    void add(double a, double b) {
        count += 1;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }

    double mean() const { return x / count; }

    double deviation() const { return std::sqrt(xx / count - mean() * mean()); }

    double correlation() const {
        const double deviation_y = std::sqrt(yy / count - y / count * y / count);
        return (xy / count - x / count * y / count) / deviation() / deviation_y;
    }
};

template <class Function>
Moments moments(Function columns) {
    Moments sums;
    for (const TrueBirth& birth : sample()) {
        const auto [a, b] = columns(birth);
        sums.add(a, b);
    }
    return sums;
}

std::array<Birth, 2> rows_of(const TrueBirth& birth) {
    return {trainer::without_ultrasound(birth), trainer::with_ultrasound(birth)};
}

// Root mean squared error on the second half of the best additive model of the four wide columns,
// fitted to the first half by backfitting: one level for each word and bucket, adjusted in turn.
double additive_error() {
    const auto& births = sample();
    const std::size_t half = births.size() / 2;
    std::vector<double> levels(trainer::kWideFeatures, 0.0);
    const auto prediction = [&](const trainer::Features& features) {
        double sum = 0;
        for (const auto feature : features.wide) {
            sum += levels[feature];
        }
        return sum;
    };
    for (int round = 0; round < 8; ++round) {
        for (std::size_t column = 0; column < 4; ++column) {
            std::vector<double> residuals(levels.size(), 0.0);
            std::vector<double> counts(levels.size(), 0.0);
            for (std::size_t i = 0; i < half; ++i) {
                for (const Birth& row : rows_of(births[i])) {
                    const auto features = trainer::to_features(row);
                    const auto level = features.wide.at(column);
                    residuals[level] += births[i].weight_pounds - prediction(features);
                    counts[level] += 1;
                }
            }
            for (std::size_t level = 0; level < levels.size(); ++level) {
                levels[level] += counts[level] > 0 ? residuals[level] / counts[level] : 0;
            }
        }
    }
    double squared_errors = 0;
    for (std::size_t i = half; i < births.size(); ++i) {
        for (const Birth& row : rows_of(births[i])) {
            const double error = prediction(trainer::to_features(row)) - births[i].weight_pounds;
            squared_errors += error * error;
        }
    }
    return std::sqrt(squared_errors / (2.0 * static_cast<double>(births.size() - half)));
}

}  // namespace

TEST_CASE("weights have the published mean and spread and follow gestation", "[natality]") {
    const Moments weight = moments([](const TrueBirth& birth) {
        return std::pair(birth.weight_pounds, double(birth.gestation_weeks));
    });
    CHECK(weight.mean() == Approx(7.22).margin(0.03));
    CHECK(weight.deviation() == Approx(1.332).margin(0.05));
    // The error of the best constant.
    CHECK(weight.deviation() > 1.28);
    CHECK(weight.deviation() < 1.34);
    CHECK(weight.correlation() > 0.53);
    CHECK(weight.correlation() < 0.59);
}

TEST_CASE("ages, gestations and pluralities follow the published shares", "[natality]") {
    const Moments age = moments([](const TrueBirth& birth) {
        return std::pair(double(birth.mother_age), birth.weight_pounds);
    });
    CHECK(age.mean() == Approx(27.42).margin(0.2));
    CHECK(age.deviation() == Approx(6.18).margin(0.3));
    CHECK(age.correlation() == Approx(0.068).margin(0.03));
    double boys = 0;
    double multiples = 0;
    double preterm = 0;
    for (const TrueBirth& birth : sample()) {
        REQUIRE(birth.mother_age >= 12);
        REQUIRE(birth.mother_age <= 50);
        REQUIRE(birth.gestation_weeks >= 17);
        REQUIRE(birth.gestation_weeks <= 47);
        boys += birth.sex == Sex::boy ? 1 : 0;
        multiples += birth.plurality == Plurality::single ? 0 : 1;
        preterm += birth.gestation_weeks < 37 ? 1 : 0;
    }
    const auto count = static_cast<double>(sample().size());
    CHECK(boys / count == Approx(0.5126).margin(0.005));
    CHECK(multiples / count == Approx(0.0337).margin(0.003));
    CHECK(preterm / count == Approx(0.122).margin(0.015));
}

TEST_CASE("an additive model errs as on real births and the true mean errs less", "[natality]") {
    double squared_errors = 0;
    for (const TrueBirth& birth : sample()) {
        for (const Birth& row : rows_of(birth)) {
            const double error = trainer::mean_weight_pounds(row) - birth.weight_pounds;
            squared_errors += error * error;
        }
    }
    const double floor = std::sqrt(squared_errors / (2.0 * static_cast<double>(sample().size())));
    const double additive = additive_error();
    CHECK(additive > 1.02);
    CHECK(additive < 1.07);
    CHECK(floor == Approx(1.0).margin(0.015));
    CHECK(floor < additive - 0.04);
}

TEST_CASE("the true mean is unbiased where sex and plurality are hidden", "[natality]") {
    double error = 0;
    double multiple_error = 0;
    double multiples = 0;
    for (const TrueBirth& birth : sample()) {
        const Birth row = trainer::without_ultrasound(birth);
        const double difference = birth.weight_pounds - trainer::mean_weight_pounds(row);
        error += difference;
        if (row.plurality == Plurality::multiple) {
            multiple_error += difference;
            multiples += 1;
        }
    }
    CHECK(error / static_cast<double>(sample().size()) == Approx(0).margin(0.012));
    CHECK(multiple_error / multiples == Approx(0).margin(0.05));
}

TEST_CASE("without ultrasound neither the sex nor the number is seen", "[natality]") {
    const TrueBirth twins{
        .sex = Sex::girl, .plurality = Plurality::twins, .mother_age = 30, .gestation_weeks = 36};
    const Birth blind = trainer::without_ultrasound(twins);
    CHECK(blind.sex == Sex::unknown);
    CHECK(blind.plurality == Plurality::multiple);
    const Birth seen = trainer::with_ultrasound(twins);
    CHECK(seen.sex == Sex::girl);
    CHECK(seen.plurality == Plurality::twins);
    TrueBirth single = twins;
    single.plurality = Plurality::single;
    CHECK(trainer::without_ultrasound(single).plurality == Plurality::single);
}

TEST_CASE("weights are whole grams within the limits", "[natality]") {
    for (std::size_t i = 0; i < 2'000; ++i) {
        const double pounds = sample()[i].weight_pounds;
        const double grams = pounds * 453.59237;
        REQUIRE(grams == Approx(std::round(grams)).margin(1e-6));
        REQUIRE(pounds > 0.49);
        REQUIRE(pounds < 18.01);
    }
}
