#include "trainer/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

using trainer::Purpose;
using trainer::Random;

TEST_CASE("a stream is fixed by seed and purpose", "[random]") {
    Random a(7, Purpose::births);
    Random b(7, Purpose::births);
    Random other_purpose(7, Purpose::example_order);
    Random other_seed(8, Purpose::births);
    const std::uint64_t first = a.next();
    CHECK(b.next() == first);
    CHECK(other_purpose.next() != first);
    CHECK(other_seed.next() != first);
}

TEST_CASE("a stream is the same on every machine", "[random]") {
    Random random(42, Purpose::births);
    CHECK(random.next() == 6168158941143839527ULL);
}

TEST_CASE("a shuffle keeps every item and moves some", "[random]") {
    std::vector<std::uint32_t> items(100);
    std::iota(items.begin(), items.end(), 0U);
    const std::vector<std::uint32_t> before = items;
    Random(1, Purpose::example_order).shuffle(items);
    CHECK(items != before);
    std::sort(items.begin(), items.end());
    CHECK(items == before);
}

TEST_CASE("scaled t numbers have unit variance and heavy tails", "[random]") {
    Random random(1, Purpose::births);
    constexpr int kCount = 200'000;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < kCount; ++i) {
        const double t = random.unit_variance_t(7);
        squares += t * t;
        fourths += t * t * t * t;
    }
    const double variance = squares / kCount;
    CHECK(variance == Approx(1).margin(0.02));
    // The kurtosis of t with 7 degrees of freedom is 5; a normal distribution's is 3.
    CHECK(fourths / kCount / (variance * variance) == Approx(5).margin(0.7));
}
