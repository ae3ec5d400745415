#include "tests/storage/damage.h"

#include "tests/storage/fixtures.h"

using namespace tuner;
using Catch::Matchers::Contains;

// A thousand seeds by hand: TUNER_DAMAGE_SEEDS=1000 storage_test "[damage]"

TEST_CASE("a damaged database is refused and kept", "[damage]") {
    const TempDir dir(quick_parent());
    const DamageBench bench(dir);
    std::string damaged = bytes_of(dir.database());
    REQUIRE(damaged.size() > 20 * 4096);
    SECTION("pages overwritten") {
        damaged.replace(4096 * 3, 4096 * 8, std::string(4096 * 8, 'x'));
    }
    SECTION("cut short") {
        damaged.resize(damaged.size() / 2);
    }
    SECTION("header overwritten") {
        damaged.replace(0, 50, std::string(50, '\0'));
    }
    bench.write(damaged, "");
    const DamageBench::Outcome outcome = bench.open_and_read();
    CHECK(outcome.refused);
    CHECK_THAT(outcome.said, Contains(dir.database().string()) && Contains("left as it"));
    CHECK(bytes_of(dir.database()) == damaged);
}

TEST_CASE("flipped bytes of the header or the freelist change no record in silence", "[damage]") {
    const TempDir dir(quick_parent());
    DamageBench bench(dir);
    const DamageBench::Place place =
        GENERATE(DamageBench::Place::header, DamageBench::Place::freelist);
    const DamageBench::Tally tally = bench.flip(place, damage_seeds());
    CAPTURE(tally.refused, tally.same, tally.first_difference);
    CHECK(tally.different == 0);
    CHECK(tally.refused + tally.same == damage_seeds());
}

// SQLite has no checksums on its pages: a flipped byte inside a value is another value, and a
// damaged record is found only where it cannot be true. So here it is only sure that nothing
// crashes, and that what is out of order is refused.
TEST_CASE("flipped bytes of the tables never crash, and disorder is refused", "[damage]") {
    const TempDir dir(quick_parent());
    DamageBench bench(dir);
    const DamageBench::Tally tally = bench.flip(DamageBench::Place::tables, damage_seeds());
    CAPTURE(tally.refused, tally.same, tally.different);
    CHECK(tally.refused + tally.same + tally.different == damage_seeds());
    CHECK(tally.refused > 0);
}

// The log has checksums: what follows a damaged frame is as if it had never been committed, like
// the torn end of a power cut. What is read is a moment of the past, never a mixture.
TEST_CASE("flipped bytes of the log go back to an earlier moment, never to a mixture", "[damage]") {
    const TempDir dir(quick_parent());
    DamageBench bench(dir);
    const DamageBench::Tally tally = bench.flip(DamageBench::Place::log, damage_seeds());
    CAPTURE(tally.refused, tally.same, tally.earlier, tally.first_difference);
    CHECK(tally.different == 0);
    CHECK(tally.refused + tally.same + tally.earlier == damage_seeds());
    CHECK(tally.earlier > damage_seeds() / 2);
}
