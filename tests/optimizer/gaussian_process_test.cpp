#include "tuner/optimizer/gaussian_process.h"

#include "tuner/base/random.h"
#include "tuner/optimizer/hyperparameter_fit.h"

#include <array>
#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

constexpr auto kNumber = ColumnKind::number;
constexpr auto kChoice = ColumnKind::choice;

TrainingSet tiny() {
    TrainingSet data{
        {kNumber}, Eigen::MatrixXd(3, 1), Eigen::VectorXd(3), Eigen::VectorXd::Ones(3)};
    data.points << 0, 0.5, 1;
    data.values << 1, -0.5, 0.25;
    return data;
}

Hyperparameters theta_of(std::vector<double> lengths, double signal, double noise) {
    Hyperparameters theta;
    theta.log_lengths =
        Eigen::Map<Eigen::VectorXd>(lengths.data(), std::ssize(lengths)).array().log();
    theta.log_signal = std::log(signal);
    theta.log_noise = std::log(noise);
    return theta;
}

// Two numbers and a choice of three.
TrainingSet mixed() {
    TrainingSet data{
        {kNumber, kNumber, kChoice},
        Eigen::MatrixXd(5, 3),
        Eigen::VectorXd(5),
        Eigen::VectorXd::Ones(5)};
    data.points << 0.1, 0.8, 0, 0.4, 0.3, 1, 0.9, 0.6, 2, 0.55, 0.2, 0, 0.25, 0.95, 1;
    data.values << 0.7, -1.2, 0.4, -0.3, 1.1;
    return data;
}

TrainingSet random_set(int rows, std::uint64_t seed) {
    Rng rng(seed, "set");
    TrainingSet data{
        {kNumber, kNumber, kChoice, kNumber},
        Eigen::MatrixXd(rows, 4),
        Eigen::VectorXd(rows),
        Eigen::VectorXd::Ones(rows)};
    for (int i = 0; i < rows; ++i) {
        data.points.row(i) << rng.uniform(), rng.uniform(), static_cast<double>(rng.below(4)) - 1,
            rng.uniform();
        data.values[i] = rng.normal();
        data.repeats[i] = 1 + static_cast<double>(rng.below(3));
    }
    return data;
}

}  // namespace

TEST_CASE("a tiny process has its reference predictions", "[gaussian_process]") {
    const auto process = GaussianProcess::condition(tiny(), theta_of({0.4}, 1.3, 0.01), 0);
    REQUIRE(process);
    const Prediction prediction = process->predict(Eigen::VectorXd::Constant(1, 0.3));
    CHECK(prediction.mean == Approx(0.025884781427205896).epsilon(1e-12));
    CHECK(prediction.variance == Approx(0.21267102774909393).epsilon(1e-12));
}

TEST_CASE("a tiny process has its reference likelihood and gradient", "[gaussian_process]") {
    const auto evidence = log_evidence(tiny(), theta_of({0.4}, 1.3, 0.01), 0);
    REQUIRE(evidence);
    CHECK(evidence->value == Approx(-3.875444707015261).epsilon(1e-12));
    CHECK(evidence->gradient[0] == Approx(-0.539975978225).epsilon(1e-9));
    CHECK(evidence->gradient[1] == Approx(-0.616291598882).epsilon(1e-9));
    CHECK(evidence->gradient[2] == Approx(-0.00155261711703).epsilon(1e-9));
}

// Computed with 50 digits from one-hot columns scaled by 1 / (sqrt2 l), which make the distance of
// two categories 1 / l.
TEST_CASE("a mixed process agrees with one-hot columns", "[gaussian_process]") {
    Eigen::MatrixXd points(3, 3);
    points << 0.3, 0.5, 2, 0.8, 0.1, 1, 0.1, 0.79, 0;

    struct Case {
        Hyperparameters theta;
        std::array<double, 7> expected;
    };

    const std::vector<Case> cases{
        {theta_of({0.4, 0.7, 0.9}, 1.3, 0.01),
         {-7.1428440299917115,
          0.04322619893978784,
          0.904325023855166,
          -0.6466877257931646,
          0.8549762086364283,
          0.6875440982305348,
          0.010298798063145695}},
        {theta_of({1.5, 0.2, 0.35}, 0.6, 0.1),
         {-6.120926948773735,
          0.23868090115341759,
          0.3150352376599854,
          -0.5285433478496855,
          0.46915068184552294,
          0.6006179599411653,
          0.087812046446089}}};
    for (const Case& c : cases) {
        CHECK(log_evidence(mixed(), c.theta, 0)->value == Approx(c.expected[0]).epsilon(1e-11));
        const Predictions all =
            GaussianProcess::condition(mixed(), c.theta, 0)->predict_all(points);
        for (Eigen::Index i = 0; i < 3; ++i) {
            const auto at = static_cast<std::size_t>(1 + 2 * i);
            CHECK(all.mean[i] == Approx(c.expected[at]).epsilon(1e-11));
            CHECK(all.variance[i] == Approx(c.expected[at + 1]).epsilon(1e-11));
        }
    }
}

TEST_CASE("the gradient of the log posterior is that of differences", "[gaussian_process]") {
    const TrainingSet data = random_set(12, GENERATE(1U, 2U, 3U));
    const double mean_variance = GENERATE(0.0, 0.5);
    const Priors priors = make_priors({}, 4, 4, std::nullopt);
    Rng rng(4, "theta");
    for (int trial = 0; trial < 5; ++trial) {
        Eigen::VectorXd theta = priors.median;
        for (double& entry : theta) {
            entry += 0.5 * rng.normal();
        }
        const auto here = log_posterior(data, theta, priors, mean_variance);
        REQUIRE(here);
        for (Eigen::Index k = 0; k < theta.size(); ++k) {
            constexpr double kStep = 1e-5;
            Eigen::VectorXd up = theta;
            Eigen::VectorXd down = theta;
            up[k] += kStep;
            down[k] -= kStep;
            const double difference = (log_posterior(data, up, priors, mean_variance)->value -
                                       log_posterior(data, down, priors, mean_variance)->value) /
                                      (2 * kStep);
            CHECK(here->gradient[k] == Approx(difference).epsilon(1e-5).margin(1e-6));
        }
    }
}

TEST_CASE("the slopes of predictions are those of differences", "[gaussian_process]") {
    const auto process =
        GaussianProcess::condition(random_set(10, 7), theta_of({0.4, 0.8, 0.6, 0.3}, 1, 0.01), 0.5);
    REQUIRE(process);
    Rng rng(8, "points");
    for (int trial = 0; trial < 20; ++trial) {
        Eigen::VectorXd point(4);
        point << rng.uniform(), rng.uniform(), 1, rng.uniform();
        Eigen::VectorXd mean_slope;
        Eigen::VectorXd variance_slope;
        const Prediction here = process->predict(point, mean_slope, variance_slope);
        CHECK(here.mean == Approx(process->predict(point).mean).epsilon(1e-12));
        for (const Eigen::Index k : {0, 1, 3}) {
            constexpr double kStep = 1e-5;
            Eigen::VectorXd up = point;
            Eigen::VectorXd down = point;
            up[k] += kStep;
            down[k] -= kStep;
            const Prediction above = process->predict(up);
            const Prediction below = process->predict(down);
            CHECK(
                mean_slope[k] ==
                Approx((above.mean - below.mean) / (2 * kStep)).epsilon(1e-5).margin(1e-7)
            );
            CHECK(
                variance_slope[k] ==
                Approx((above.variance - below.variance) / (2 * kStep)).epsilon(1e-5).margin(1e-7)
            );
        }
        CHECK(mean_slope[2] == 0);
    }
}

TEST_CASE("observing one by one is conditioning on all", "[gaussian_process]") {
    const Hyperparameters theta = theta_of({0.4, 0.8, 0.6, 0.3}, 1, 0.01);
    TrainingSet all = random_set(9, 3);
    all.repeats.setOnes();
    TrainingSet first = all;
    first.points.conservativeResize(5, Eigen::NoChange);
    first.values.conservativeResize(5);
    first.repeats.conservativeResize(5);
    auto grown = GaussianProcess::condition(first, theta, 0.5);
    for (Eigen::Index i = 5; i < 9; ++i) {
        grown->observe(all.points.row(i), all.values[i]);
    }
    const auto whole = GaussianProcess::condition(all, theta, 0.5);
    const TrainingSet probes = random_set(20, 11);
    const Predictions a = grown->predict_all(probes.points);
    const Predictions b = whole->predict_all(probes.points);
    CHECK((a.mean - b.mean).cwiseAbs().maxCoeff() < 1e-10);
    CHECK((a.variance - b.variance).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("a repeated point is trusted more", "[gaussian_process]") {
    TrainingSet once = tiny();
    TrainingSet often = tiny();
    often.repeats[1] = 100;
    const Hyperparameters theta = theta_of({0.4}, 1, 0.5);
    const Eigen::VectorXd point = Eigen::VectorXd::Constant(1, 0.5);
    CHECK(
        GaussianProcess::condition(often, theta, 0)->predict(point).variance <
        0.1 * GaussianProcess::condition(once, theta, 0)->predict(point).variance
    );
}

TEST_CASE("T-30 points that nearly coincide are no obstacle", "[gaussian_process]") {
    TrainingSet data{
        {kNumber}, Eigen::MatrixXd(40, 1), Eigen::VectorXd(40), Eigen::VectorXd::Ones(40)};
    for (Eigen::Index i = 0; i < 40; ++i) {
        data.points(i, 0) = 0.5 + 1e-13 * static_cast<double>(i);
        data.values[i] = static_cast<double>(i % 2);
    }
    Hyperparameters theta = theta_of({100}, 1000, 1e-6);
    theta.log_noise = -60;
    auto process = GaussianProcess::condition(data, theta, 0.5);
    REQUIRE(process);
    for (int i = 0; i < 10; ++i) {
        process->observe(Eigen::VectorXd::Constant(1, 0.5), 0.5);
    }
    const Prediction prediction = process->predict(Eigen::VectorXd::Constant(1, 0.5));
    CHECK(std::isfinite(prediction.mean));
    CHECK(prediction.variance > 0);
}

TEST_CASE("data that is not finite makes no process", "[gaussian_process]") {
    TrainingSet data = tiny();
    data.values[1] = std::nan("");
    CHECK_FALSE(GaussianProcess::condition(data, theta_of({0.4}, 1, 0.1), 0));
    CHECK_FALSE(log_evidence(data, theta_of({0.4}, 1, 0.1), 0));
    data = tiny();
    data.points(0, 0) = std::nan("");
    CHECK_FALSE(GaussianProcess::condition(data, theta_of({0.4}, 1, 0.1), 0));
}

TEST_CASE("the fit finds the lengths that made the data", "[gaussian_process]") {
    // The first column decides, the second does not matter.
    Rng rng(5, "fit");
    TrainingSet data{
        {kNumber, kNumber}, Eigen::MatrixXd(30, 2), Eigen::VectorXd(30), Eigen::VectorXd::Ones(30)};
    for (Eigen::Index i = 0; i < 30; ++i) {
        data.points.row(i) << rng.uniform(), rng.uniform();
        data.values[i] = 1.4 * std::sin(9 * data.points(i, 0));
    }
    const ModelOptions options;
    const Priors priors = make_priors(options, 2, 2, std::nullopt);
    const Hyperparameters theta = fit_hyperparameters(data, priors, options);
    CHECK(theta.log_lengths[0] < theta.log_lengths[1] - 0.5);
    CHECK(theta.log_noise < std::log(1e-2));
    const auto fitted = log_posterior(data, to_vector(theta), priors, options.mean_variance);
    const auto start = log_posterior(data, priors.median, priors, options.mean_variance);
    CHECK(fitted->value > start->value);
    CHECK(fitted->gradient.cwiseAbs().maxCoeff() < 0.05);
}

// A value with noise 0.01 and a doubt of 0.03 is as good as the mean of a quarter of a result with
// noise 0.01.
TEST_CASE("doubt about a value is noise of its own", "[gaussian_process]") {
    const Hyperparameters theta = theta_of({0.4}, 1.3, 0.01);
    TrainingSet doubted = tiny();
    doubted.doubt = Eigen::VectorXd::Zero(3);
    doubted.doubt[1] = 0.03;
    TrainingSet rare = tiny();
    rare.repeats[1] = 0.25;
    const auto a = GaussianProcess::condition(doubted, theta, 0);
    const auto b = GaussianProcess::condition(rare, theta, 0);
    REQUIRE(a);
    REQUIRE(b);
    const Eigen::VectorXd point = Eigen::VectorXd::Constant(1, 0.45);
    CHECK(a->predict(point).mean == Approx(b->predict(point).mean).epsilon(1e-12));
    CHECK(a->predict(point).variance == Approx(b->predict(point).variance).epsilon(1e-12));
    const auto sure = GaussianProcess::condition(tiny(), theta, 0);
    CHECK(a->predict(point).variance > sure->predict(point).variance);
    CHECK(std::abs(a->predict(point).mean) < std::abs(sure->predict(point).mean));

    GaussianProcess more = *a;
    more.observe(Eigen::VectorXd::Constant(1, 0.75), 0.1);
    CHECK(more.data().doubt.size() == 4);
}

TEST_CASE("the gradient of the evidence knows of doubt", "[gaussian_process]") {
    TrainingSet data = random_set(9, 3);
    data.doubt = Eigen::VectorXd::Constant(9, 0.2);
    data.doubt[4] = 0;
    const Eigen::VectorXd start = to_vector(theta_of({0.4, 0.7, 0.5, 1.1}, 1.2, 0.05));
    const auto exact = log_evidence(data, to_hyperparameters(start), 0.5);
    REQUIRE(exact);
    for (Eigen::Index i = 0; i < start.size(); ++i) {
        const double h = 1e-5;
        Eigen::VectorXd up = start;
        Eigen::VectorXd down = start;
        up[i] += h;
        down[i] -= h;
        const double slope = (log_evidence(data, to_hyperparameters(up), 0.5)->value -
                              log_evidence(data, to_hyperparameters(down), 0.5)->value) /
                             (2 * h);
        CHECK(exact->gradient[i] == Approx(slope).epsilon(1e-5).margin(1e-7));
    }
}
