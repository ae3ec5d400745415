#include "tuner/optimizer/sobol.h"

#include <array>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

// How many of the points from `first` on fall into each of `count` equal intervals.
std::vector<int> count_in_intervals(
    const SobolSequence& sequence, std::size_t dimension, std::uint64_t first, std::size_t count
) {
    std::vector<int> hits(count);
    for (const auto& point : sequence.points(first, count)) {
        ++hits[static_cast<std::size_t>(point[dimension] * static_cast<double>(count))];
    }
    return hits;
}

}  // namespace

TEST_CASE("aligned blocks of Sobol points have one point per dyadic interval", "[sobol]") {
    const SobolSequence sequence(20, GENERATE(1U, 2U, 77U));
    for (std::size_t dimension = 0; dimension < 20; ++dimension) {
        for (const std::uint64_t first : {0, 64, 640}) {
            CHECK(count_in_intervals(sequence, dimension, first, 64) == std::vector<int>(64, 1));
        }
    }
}

TEST_CASE("the first two dimensions of Sobol are balanced in every dyadic box", "[sobol]") {
    const SobolSequence sequence(2, 5);
    for (const std::size_t columns : {1, 2, 4, 8, 16, 32, 64}) {
        const std::size_t rows = 64 / columns;
        std::vector<int> hits(64);
        for (const auto& point : sequence.points(0, 64)) {
            const auto column = static_cast<std::size_t>(point[0] * static_cast<double>(columns));
            const auto row = static_cast<std::size_t>(point[1] * static_cast<double>(rows));
            ++hits[row * columns + column];
        }
        CHECK(hits == std::vector<int>(64, 1));
    }
}

TEST_CASE("any Sobol point can be had by its number", "[sobol]") {
    const SobolSequence sequence(3, 9);
    const auto points = sequence.points(0, 40);
    for (std::uint64_t i = 0; i < 40; ++i) {
        CHECK(sequence.point(i) == points[i]);
    }
}

TEST_CASE("other seeds scramble differently and each point is uniform", "[sobol]") {
    CHECK(SobolSequence(3, 1).point(0) != SobolSequence(3, 2).point(0));
    double sum = 0;
    double squares = 0;
    for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
        const double u = SobolSequence(1, seed).point(3).front();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        sum += u;
        squares += u * u;
    }
    CHECK(sum / 4'000 == Approx(0.5).margin(0.02));
    CHECK(squares / 4'000 == Approx(1.0 / 3).margin(0.02));
}

TEST_CASE("scrambled Sobol integrates better than chance", "[sobol]") {
    double sum = 0;
    for (const auto& point : SobolSequence(6, 3).points(0, 1024)) {
        double product = 1;
        for (const double u : point) {
            product *= 2 * u;
        }
        sum += product;
    }
    // Monte Carlo has a standard error of 0.067 here.
    CHECK(sum / 1024 == Approx(1).margin(0.02));
}

TEST_CASE("a Sobol sequence of no or of very many dimensions exists", "[sobol]") {
    CHECK(SobolSequence(0, 1).point(7).empty());
    CHECK(SobolSequence(kMaxSobolDimensions, 1).point(1).size() == kMaxSobolDimensions);
}
