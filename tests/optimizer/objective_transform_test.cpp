#include "tuner/optimizer/objective_transform.h"

#include "tuner/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

using Kind = BayesianOptions::Transform;

std::vector<double> applied(
    const std::vector<double>& results, Goal goal = Goal::minimize, Kind kind = Kind::power
) {
    const auto transform = ObjectiveTransform::fit(results, goal, kind);
    std::vector<double> values;
    for (const double result : results) {
        values.push_back(transform.apply(result));
    }
    return values;
}

std::vector<double> log_normal(int count, double shift = 0) {
    Rng rng(1, "results");
    std::vector<double> results;
    for (int i = 0; i < count; ++i) {
        results.push_back(std::exp(1.5 * rng.normal()) + shift);
    }
    return results;
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double skewness(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double squares = 0;
    double cubes = 0;
    for (const double value : values) {
        squares += std::pow(value - mean, 2);
        cubes += std::pow(value - mean, 3);
    }
    const auto n = static_cast<double>(values.size());
    return cubes / n / std::pow(squares / n, 1.5);
}

}  // namespace

TEST_CASE("transformed results are standardised and keep their order", "[transform]") {
    const auto kind = GENERATE(Kind::power, Kind::affine_power, Kind::standardize);
    const double shift = GENERATE(0.0, -3.0);
    const auto results = log_normal(60, shift);
    const auto values = applied(results, Goal::minimize, kind);
    CHECK(mean_of(values) == Approx(0).margin(1e-9));
    for (std::size_t i = 0; i < results.size(); ++i) {
        for (std::size_t j = 0; j < results.size(); ++j) {
            if (results[i] < results[j]) {
                CHECK(values[i] <= values[j]);
            }
        }
    }
}

TEST_CASE("a power transform takes the skew out of results", "[transform]") {
    const auto results = log_normal(200);
    CHECK(std::abs(skewness(results)) > 2);
    CHECK(std::abs(skewness(applied(results))) < 0.1);
    CHECK(std::abs(skewness(applied(log_normal(200, -1)))) < 1);
    CHECK(std::abs(skewness(applied(log_normal(200, -1), Goal::minimize, Kind::affine_power))) < 1);
}

TEST_CASE("larger is better is the mirror image of smaller is better", "[transform]") {
    auto results = log_normal(30);
    const auto maximised = applied(results, Goal::maximize);
    for (double& result : results) {
        result = -result;
    }
    CHECK(applied(results, Goal::minimize) == maximised);
}

TEST_CASE("the unit of the objective does not matter", "[transform]") {
    const auto kind = GENERATE(Kind::power, Kind::affine_power, Kind::standardize);
    const auto results = log_normal(25);
    const auto reference = applied(results, Goal::minimize, kind);
    auto scaled = results;
    for (double& result : scaled) {
        result *= 0x1.0p-40;
    }
    CHECK(applied(scaled, Goal::minimize, kind) == reference);
    for (std::size_t i = 0; i < results.size(); ++i) {
        scaled[i] = 1000 * results[i];
    }
    const auto thousandfold = applied(scaled, Goal::minimize, kind);
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(thousandfold[i] == Approx(reference[i]).margin(1e-6));
    }
}

TEST_CASE("a shift does not matter to the affine transform", "[transform]") {
    const auto results = log_normal(25);
    const auto reference = applied(results, Goal::minimize, Kind::affine_power);
    const auto shifted = applied(log_normal(25, 100), Goal::minimize, Kind::affine_power);
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(shifted[i] == Approx(reference[i]).margin(1e-6));
    }
}

TEST_CASE("predictions come back in the units of the objective", "[transform]") {
    const auto kind = GENERATE(Kind::power, Kind::affine_power, Kind::standardize);
    const auto goal = GENERATE(Goal::minimize, Goal::maximize);
    const auto results = log_normal(40);
    const auto transform = ObjectiveTransform::fit(results, goal, kind);
    for (const double result : results) {
        const auto back = transform.predict({transform.apply(result), 1e-20});
        CHECK(back.mean == Approx(result).epsilon(1e-6));
        CHECK(back.sd >= 0);
        CHECK(back.sd < 1e-6 * (1 + result));
    }
    CHECK(transform.predict({0, 1}).sd > transform.predict({0, 0.01}).sd);
}

TEST_CASE("a linear transform gives back mean and deviation", "[transform]") {
    const auto transform =
        ObjectiveTransform::fit({1, 2, 3, 4, 5}, Goal::minimize, Kind::standardize);
    const auto prediction = transform.predict({0.5, 0.25});
    CHECK(prediction.mean == Approx(3 + 0.5 * std::sqrt(2)));
    CHECK(prediction.sd == Approx(0.5 * std::sqrt(2)));
}

TEST_CASE("one explosion does not flatten the rest", "[transform]") {
    std::vector<double> results{1, 2, 3, 4, 5, 6, 7, 1e30};
    const auto values = applied(results, Goal::minimize, GENERATE(Kind::power, Kind::standardize));
    CHECK(values[6] - values[0] > 0.2);
    CHECK(values[7] >= values[6]);
}

TEST_CASE("no result however odd makes anything but finite numbers", "[transform]") {
    const double huge = std::numeric_limits<double>::max();
    const double tiny = std::numeric_limits<double>::denorm_min();
    const auto results = GENERATE_COPY(
        std::vector<double>{5},
        std::vector<double>{5, 5, 5},
        std::vector<double>{0, 0, 0, 0},
        std::vector<double>{huge, -huge},
        std::vector<double>{huge, -huge, 0, 1, 2},
        std::vector<double>{tiny, 2 * tiny, 0, 7 * tiny},
        std::vector<double>{1, 1, 1, 1, 1e30},
        std::vector<double>{1e-300, 1, 1e300},
        std::vector<double>{-1e308, 1, 2, 3},
        std::vector<double>{1e308, 1e308, 1e308, 1e307},
        std::vector<double>{0, 0, 0, 1, 1, 1},
        std::vector<double>{1, 1 + 1e-15, 1 - 1e-15}
    );
    const auto kind = GENERATE(Kind::power, Kind::affine_power, Kind::standardize);
    const auto goal = GENERATE(Goal::minimize, Goal::maximize);
    const auto transform = ObjectiveTransform::fit(results, goal, kind);
    for (const double result : results) {
        CHECK(std::isfinite(transform.apply(result)));
    }
    for (const double mean : {-50.0, -1.0, 0.0, 1.0, 50.0}) {
        const auto prediction = transform.predict({mean, 4});
        CHECK(std::isfinite(prediction.mean));
        CHECK(std::isfinite(prediction.sd));
    }
}

TEST_CASE("results that are all the same are all 0", "[transform]") {
    const auto transform = ObjectiveTransform::fit({3, 3, 3}, Goal::maximize, Kind::power);
    CHECK(transform.is_constant());
    CHECK(transform.apply(3) == 0);
    CHECK(transform.predict({0, 1}).mean == 3);
}
