#include "tuner/optimizer/kernel.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;

TEST_CASE("Matern 5/2 has its reference values", "[kernel]") {
    CHECK(matern52(0) == 1);
    CHECK(matern52(0.1) == Approx(0.99175923617117762).epsilon(1e-12));
    CHECK(matern52(1) == Approx(0.52399410883182031).epsilon(1e-12));
    CHECK(matern52(3) == Approx(0.027723421914625811).epsilon(1e-12));
    CHECK(matern52(10) == Approx(3.6956962220528724e-8).epsilon(1e-12));
}

TEST_CASE("the slope of Matern 5/2 by the squared distance is right", "[kernel]") {
    for (const double square : {0.01, 0.3, 1.0, 4.0, 25.0}) {
        const double h = 1e-5 * square;
        const double difference =
            (matern52(std::sqrt(square + h)) - matern52(std::sqrt(square - h))) / (2 * h);
        CHECK(matern52_slope(std::sqrt(square)) == Approx(difference).epsilon(1e-6));
    }
    CHECK(matern52_slope(0) == Approx(-5.0 / 6));
}

TEST_CASE("matrices of the kernel agree with its scalars", "[kernel]") {
    Eigen::MatrixXd squares(2, 3);
    squares << 0, 0.01, 1, 9, 100, 1e6;
    const Eigen::MatrixXd values = matern52_of_squares(squares);
    const Eigen::MatrixXd slopes = matern52_slope_of_squares(squares);
    for (Eigen::Index i = 0; i < squares.size(); ++i) {
        const double r = std::sqrt(squares.data()[i]);
        CHECK(values.data()[i] == Approx(matern52(r)).epsilon(1e-13).margin(1e-300));
        CHECK(slopes.data()[i] == Approx(matern52_slope(r)).epsilon(1e-13).margin(1e-300));
    }
}

TEST_CASE("numbers differ by their distance and choices by being different", "[kernel]") {
    CHECK(squared_difference(ColumnKind::number, 0.25, 0.75) == 0.25);
    CHECK(squared_difference(ColumnKind::choice, 1, 3) == 1);
    CHECK(squared_difference(ColumnKind::choice, 3, 3) == 0);
    CHECK(squared_difference(ColumnKind::choice, kInactiveChoice, 3) == 0.5);
    CHECK(squared_difference(ColumnKind::choice, kInactiveChoice, kInactiveChoice) == 0);
}

TEST_CASE("each column has a length of its own", "[kernel]") {
    Eigen::MatrixXd a(1, 3);
    Eigen::MatrixXd b(2, 3);
    a << 0.5, 2, 0.1;
    b << 0.3, 2, 0.1, 0.5, 0, 0.4;
    Eigen::Vector3d lengths(0.1, 0.5, 0.2);
    const Eigen::MatrixXd squares = squared_distances(
        {ColumnKind::number, ColumnKind::choice, ColumnKind::number}, lengths.array().log(), a, b
    );
    CHECK(squares(0, 0) == Approx(4));
    CHECK(squares(0, 1) == Approx(4 + 2.25));
}

TEST_CASE("hyperparameters come back from their vector", "[kernel]") {
    const Hyperparameters theta{Eigen::Vector2d(-1, 0.5), 0.25, -7};
    const Eigen::VectorXd vector = to_vector(theta);
    REQUIRE(vector.size() == 4);
    CHECK(to_hyperparameters(vector).log_lengths == theta.log_lengths);
    CHECK(to_hyperparameters(vector).log_signal == 0.25);
    CHECK(to_hyperparameters(vector).log_noise == -7);
}
