#include "tuner/optimizer/acquisition.h"

#include "tuner/base/random.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

GaussianProcess a_process(std::uint64_t seed) {
    Rng rng(seed, "process");
    TrainingSet data{
        {ColumnKind::number, ColumnKind::number, ColumnKind::choice},
        Eigen::MatrixXd(8, 3),
        Eigen::VectorXd(8),
        Eigen::VectorXd::Ones(8)};
    for (Eigen::Index i = 0; i < 8; ++i) {
        data.points.row(i) << rng.uniform(), rng.uniform(), static_cast<double>(rng.below(3));
        data.values[i] = rng.normal();
    }
    const Hyperparameters theta{Eigen::Vector3d(-0.7, -0.2, -0.5), 0.1, -5};
    return *GaussianProcess::condition(data, theta, 0.5);
}

void check_slope(const Acquisition& acquisition, const Eigen::VectorXd& point) {
    Eigen::VectorXd slope;
    const double value = acquisition.value(point, slope);
    REQUIRE(std::isfinite(value));
    CHECK(value == Approx(acquisition.value(point)).epsilon(1e-12));
    for (const Eigen::Index k : {0, 1}) {
        constexpr double kStep = 1e-5;
        Eigen::VectorXd up = point;
        Eigen::VectorXd down = point;
        up[k] += kStep;
        down[k] -= kStep;
        const double difference = (acquisition.value(up) - acquisition.value(down)) / (2 * kStep);
        CHECK(slope[k] == Approx(difference).epsilon(1e-5).margin(1e-6));
    }
}

}  // namespace

TEST_CASE("the logarithm of the improvement has its reference values", "[acquisition]") {
    const std::vector<std::pair<double, double>> references{
        {8, 2.0794415416798359},
        {3, 1.0987396653277078},
        {1, 0.08002621884930694},
        {0, -0.91893853320467274},
        {-0.5, -1.6205162643873199},
        {-1, -2.4851210257126413},
        {-2, -4.7687835239171142},
        {-5, -16.74430116266099},
        {-10, -55.553122036122356},
        {-25, -319.86146358149595},
        {-40, -808.29856835661996},
        {-100, -5010.1295788002498},
        {-1000, -500014.73445209116},
        {-1e6, -500000000028.54996}};
    for (const auto& [z, expected] : references) {
        CAPTURE(z);
        CHECK(log_improvement(z) == Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("the logarithm of the improvement always rises", "[acquisition]") {
    // 10^5 points over [-1e8, 40], closer together near 0.
    const double low = std::asinh(-1e8);
    const double step = (std::asinh(40.0) - low) / 100'000;
    double before = -std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 100'000; ++i) {
        const double value = log_improvement(std::sinh(low + step * i));
        REQUIRE(value > before);
        before = value;
    }
}

TEST_CASE("the branches of the improvement meet", "[acquisition]") {
    const double left = std::nextafter(-4.0, -5.0);
    const double right = std::nextafter(-4.0, 0.0);
    CHECK(log_improvement(left) == Approx(log_improvement(right)).epsilon(1e-12));
    CHECK(log_improvement_slope(left) == Approx(log_improvement_slope(right)).epsilon(1e-9));
    CHECK(log_normal_cdf(left) == Approx(log_normal_cdf(right)).epsilon(1e-12));
    CHECK(log_normal_cdf_slope(left) == Approx(log_normal_cdf_slope(right)).epsilon(1e-9));
}

TEST_CASE("the slopes of the logarithms are right", "[acquisition]") {
    for (const double z : {-300.0, -20.0, -3.0, -1.5, -0.5, 0.0, 2.0, 6.0}) {
        CAPTURE(z);
        const double h = 1e-5 * std::max(1.0, std::abs(z));
        CHECK(
            log_improvement_slope(z) ==
            Approx((log_improvement(z + h) - log_improvement(z - h)) / (2 * h)).epsilon(1e-5)
        );
        CHECK(
            log_normal_cdf_slope(z) ==
            Approx((log_normal_cdf(z + h) - log_normal_cdf(z - h)) / (2 * h))
                .epsilon(1e-5)
                .margin(1e-9)
        );
    }
}

TEST_CASE("the improvement is the expectation that its name says", "[acquisition]") {
    constexpr int kPairs = 500'000;
    for (const double z : {-3.0, -1.0, 0.0, 1.5, 3.0}) {
        Rng rng(1, "monte carlo");
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < kPairs; ++i) {
            const double normal = rng.normal();
            const double pair = (std::max(z + normal, 0.0) + std::max(z - normal, 0.0)) / 2;
            sum += pair;
            squares += pair * pair;
        }
        const double mean = sum / kPairs;
        const double error = std::sqrt((squares / kPairs - mean * mean) / kPairs);
        CHECK(std::abs(std::exp(log_improvement(z)) - mean) < 5 * error + 1e-12);
    }
}

TEST_CASE("quantiles of the normal distribution invert it", "[acquisition]") {
    for (const double p : {1e-12, 0.01, 0.3, 0.5, 0.9, 0.9999}) {
        CHECK(std::exp(log_normal_cdf(normal_quantile(p))) == Approx(p).epsilon(1e-9));
    }
}

TEST_CASE("the tiny process has its reference improvement", "[acquisition]") {
    TrainingSet data{
        {ColumnKind::number}, Eigen::MatrixXd(3, 1), Eigen::VectorXd(3), Eigen::VectorXd::Ones(3)};
    data.points << 0, 0.5, 1;
    data.values << 1, -0.5, 0.25;
    const Hyperparameters theta{
        Eigen::VectorXd::Constant(1, std::log(0.4)), std::log(1.3), std::log(0.01)};
    const auto process = GaussianProcess::condition(data, theta, 0);
    const Acquisition acquisition(*process, nullptr, Acquisition::Kind::improvement, -0.5);
    CHECK(
        acquisition.value(Eigen::VectorXd::Constant(1, 0.3)) ==
        Approx(-3.5335475690100742).epsilon(1e-12)
    );
}

TEST_CASE("the slope of the acquisition is that of differences", "[acquisition]") {
    const GaussianProcess process = a_process(1);
    const Feasibility feasibility(a_process(2), 0.3);
    const auto kind = GENERATE(Acquisition::Kind::improvement, Acquisition::Kind::uncertainty);
    const bool weighted = GENERATE(false, true);
    const double best = GENERATE(-1.0, -30.0);
    const Acquisition acquisition(process, weighted ? &feasibility : nullptr, kind, best);
    Rng rng(3, "points");
    for (int i = 0; i < 10; ++i) {
        check_slope(acquisition, Eigen::Vector3d(rng.uniform(), rng.uniform(), 1));
    }
    check_slope(acquisition, Eigen::Vector3d(0, 1, 2));
    check_slope(acquisition, Eigen::Vector3d(1, 0, 0));
    // At a result, where the distance is 0.
    Eigen::VectorXd slope;
    CHECK(std::isfinite(acquisition.value(process.data().points.row(0), slope)));
    CHECK(slope.allFinite());
}

TEST_CASE("many points at once are worth what each is alone", "[acquisition]") {
    const GaussianProcess process = a_process(1);
    const Feasibility feasibility(a_process(2), 0.3);
    const Acquisition acquisition(process, &feasibility, Acquisition::Kind::improvement, -1);
    Rng rng(3, "many");
    Eigen::MatrixXd points(30, 3);
    for (Eigen::Index i = 0; i < 30; ++i) {
        points.row(i) << rng.uniform(), rng.uniform(), static_cast<double>(rng.below(3));
    }
    const Eigen::VectorXd values = acquisition.values(points);
    for (Eigen::Index i = 0; i < 30; ++i) {
        CHECK(values[i] == Approx(acquisition.value(points.row(i))).epsilon(1e-10));
    }
}

TEST_CASE("failures make their surroundings less likely to succeed", "[acquisition]") {
    TrainingSet labels{
        {ColumnKind::number}, Eigen::MatrixXd(2, 1), Eigen::VectorXd(2), Eigen::VectorXd::Ones(2)};
    labels.points << 0.2, 0.8;
    labels.values << 1, -1;
    const Hyperparameters theta{Eigen::VectorXd::Constant(1, std::log(0.3)), 0, std::log(0.05)};
    const Feasibility feasibility(*GaussianProcess::condition(labels, theta, 0), 0);
    const auto chance = [&](double x) {
        return std::exp(feasibility.log_chance(Eigen::VectorXd::Constant(1, x)));
    };
    CHECK(chance(0.2) > 0.75);
    CHECK(chance(0.8) < 0.25);
    CHECK(chance(0.5) == Approx(0.5));
    CHECK(chance(30.0) == Approx(0.5));
}
