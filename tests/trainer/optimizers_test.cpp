#include "trainer/optimizers.h"

#include <array>
#include <cmath>

#include <catch2/catch.hpp>

TEST_CASE("adagrad takes the steps computed by hand", "[optimizers]") {
    std::array weights = {1.0F, -2.0F};
    std::array sums = {trainer::kInitialAccumulator, trainer::kInitialAccumulator};
    const std::array gradients = {0.5F, 0.0F};
    trainer::adagrad_step(weights, sums, gradients, 0.1F);
    // n = 0.1 + 0.25 = 0.35, w = 1 - 0.1 * 0.5 / sqrt(0.35)
    CHECK(sums[0] == Approx(0.35));
    CHECK(weights[0] == Approx(0.91548458));
    CHECK(sums[1] == Approx(0.1));
    CHECK(weights[1] == -2.0F);
    trainer::adagrad_step(weights, sums, gradients, 0.1F);
    // n = 0.6, w = 0.91548458 - 0.05 / sqrt(0.6)
    CHECK(weights[0] == Approx(0.85093487));
}

TEST_CASE("ftrl takes the steps computed by hand", "[optimizers]") {
    std::array weights = {0.0F};
    std::array linear = {0.0F};
    std::array sums = {trainer::kInitialAccumulator};
    const trainer::FtrlState state{linear, sums};
    trainer::ftrl_step(weights, state, std::array{0.5F}, 0.2F);
    // z = 0.5, n = 0.35, w = -0.2 * 0.5 / sqrt(0.35)
    CHECK(linear[0] == Approx(0.5));
    CHECK(weights[0] == Approx(-0.16903085));
    trainer::ftrl_step(weights, state, std::array{-0.3F}, 0.2F);
    // sigma = (sqrt(0.44) - sqrt(0.35)) / 0.2 = 0.35858351
    // z = 0.5 - 0.3 + 0.35858351 * 0.16903085 = 0.26061168, w = -0.2 * z / sqrt(0.44)
    CHECK(sums[0] == Approx(0.44));
    CHECK(linear[0] == Approx(0.26061168));
    CHECK(weights[0] == Approx(-0.07857738));
}

TEST_CASE("without regularization ftrl moves like adagrad from the same place", "[optimizers]") {
    std::array ftrl_weights = {0.0F};
    std::array linear = {0.0F};
    std::array ftrl_sums = {trainer::kInitialAccumulator};
    std::array adagrad_weights = {0.0F};
    std::array adagrad_sums = {trainer::kInitialAccumulator};
    for (int i = 0; i < 50; ++i) {
        const std::array gradient = {std::sin(static_cast<float>(i))};
        trainer::ftrl_step(ftrl_weights, {linear, ftrl_sums}, gradient, 0.1F);
        trainer::adagrad_step(adagrad_weights, adagrad_sums, gradient, 0.1F);
    }
    CHECK(ftrl_weights[0] == Approx(adagrad_weights[0]).epsilon(1e-4));
}
