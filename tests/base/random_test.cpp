#include "tuner/base/random.h"

#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using tuner::Rng;

TEST_CASE("equal keys give equal streams and different keys different ones", "[random]") {
    Rng a(7, "suggest", 3);
    Rng b(7, "suggest", 3);
    Rng other_seed(8, "suggest", 3);
    Rng other_purpose(7, "sobol", 3);
    Rng other_number(7, "suggest", 4);
    const std::uint64_t first = a.next();
    CHECK(b.next() == first);
    CHECK(other_seed.next() != first);
    CHECK(other_purpose.next() != first);
    CHECK(other_number.next() != first);
}

TEST_CASE("a stream is the same on every machine", "[random]") {
    Rng rng(42, "pinned", 1);
    CHECK(rng.next() == 2401295443324314248ULL);
    CHECK(tuner::stable_hash("batch_size") == 3392361078126557241ULL);
}

TEST_CASE("uniform numbers lie from 0 to below 1 with the right mean and variance", "[random]") {
    Rng rng(1, "uniform");
    double sum = 0;
    double squares = 0;
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
        const double u = rng.uniform();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        sum += u;
        squares += u * u;
    }
    const double mean = sum / kCount;
    CHECK(std::abs(mean - 0.5) < 0.005);
    CHECK(std::abs(squares / kCount - mean * mean - 1.0 / 12) < 0.002);
}

TEST_CASE("below reaches every possibility and nothing else", "[random]") {
    Rng rng(1, "below");
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1'000; ++i) {
        seen.insert(rng.below(7));
    }
    CHECK(seen == std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(rng.below(1) == 0);
}

TEST_CASE("normal numbers have mean 0 and variance 1", "[random]") {
    Rng rng(1, "normal");
    double sum = 0;
    double squares = 0;
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
        const double z = rng.normal();
        sum += z;
        squares += z * z;
    }
    CHECK(std::abs(sum / kCount) < 0.02);
    CHECK(std::abs(squares / kCount - 1) < 0.03);
}

TEST_CASE("random hex text has two digits per byte and does not repeat", "[random]") {
    const std::string token = tuner::random_hex(32);
    CHECK(token.size() == 64);
    CHECK(token.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(token != tuner::random_hex(32));
}
